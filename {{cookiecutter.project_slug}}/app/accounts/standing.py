"""What an account is to the service: its roles, and whether it is suspended.

Both change here and nowhere else, one account at a time, whoever asks for it. Who may ask is for
app/staff/service.py to say; an operator with a command may always.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.accounts import (
    admins,
    #: if cookiecutter.mail
    letter_tokens,
    #: endif
    sessions,
)
#: if cookiecutter.mail
from app.accounts.errors import AccountUnconfirmedError
#: endif
from app.accounts.models import stored_accounts
from app.accounts.roles import Role
from app.audit import recording
from app.database.documents import utc_now
from app.errors import NotFoundError
from app.security_events import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """The roles and the state of an account as they were read."""

    account_id: UUID
    # As they are stored: neither that of a member nor those that come with others.
    roles: frozenset[str]
    is_suspended: bool
    # Goes up with every change.
    version: int
    #: if cookiecutter.mail
    # Otherwise whoever signs up with its address next would have what it is given.
    is_confirmed: bool = True
    #: endif

    @property
    def is_active_admin(self) -> bool:
        """Whether the account can do what admins do."""
        return Role.ADMIN in self.roles and not self.is_suspended

    @property
    def still(self) -> dict[str, Any]:
        """The filter that finds the account only while nothing of this has changed."""
        # Accounts from before this field have none.
        version = self.version or {"$in": [0, None]}
        return {"_id": self.account_id, "deletionBeganAt": None, "standingVersion": version}


def find(account_id: UUID) -> Standing:
    """Return the standing of an account; raises NotFoundError, while it is being deleted, too."""
    wanted = {"roles": 1, "isSuspended": 1, "standingVersion": 1}
    #: if cookiecutter.mail
    wanted["unconfirmedUntil"] = 1
    #: endif
    existing = {"_id": account_id, "deletionBeganAt": None}
    record = stored_accounts().find_one(existing, wanted)
    if record is None:
        raise NotFoundError
    return Standing(
        account_id,
        frozenset(record.get("roles", ())) - {Role.MEMBER},
        is_suspended=record.get("isSuspended", False),
        version=record.get("standingVersion", 0),
        #: if cookiecutter.mail
        is_confirmed="unconfirmedUntil" not in record,
        #: endif
    )


def change(account_id: UUID, decide: Callable[[Standing], Standing]) -> None:
    #: if cookiecutter.mail
    """Give an account the standing that *decide* makes of the one that it has.

    Where another change comes between, *decide* is asked again. Suspending ends every session and
    every proof of identity from before. Raises NotFoundError, AccountUnconfirmedError,
    LastAdminError, and what *decide* raises.
    """
    #: else
    """Give an account the standing that *decide* makes of the one that it has.

    Where another change comes between, *decide* is asked again. Suspending ends every session and
    every proof of identity from before. Raises NotFoundError, LastAdminError, and what *decide*
    raises.
    """
    #: endif
    while True:
        before = find(account_id)
        after = decide(before)
        #: if cookiecutter.mail
        if not before.is_confirmed:
            raise AccountUnconfirmedError
        #: endif
        # An admin's is stored again, since whoever did so before may not have finished.
        if after == before and not after.is_active_admin:
            return
        announcement = admins.announce(account_id) if after.is_active_admin else None
        if before.is_active_admin and not after.is_active_admin:
            admins.take_out(account_id)
        if not _store(before, after):
            continue
        if announcement is None or admins.take_in(account_id, announcement):
            return


def end_sessions(account_id: UUID, check: Callable[[Standing], None]) -> None:
    """End every session of an account whose standing passes *check*.

    Raises NotFoundError, and what *check* raises.
    """
    while True:
        standing = find(account_id)
        check(standing)
        if sessions.end_all(standing.still):
            return


def _store(before: Standing, after: Standing) -> bool:
    """Store a standing; tell whether the account still had the one from before."""
    now = utc_now()
    update: dict[str, Any] = {
        "$set": {"roles": sorted(after.roles), "updatedAt": now},
        "$inc": {"standingVersion": 1},
    }
    if after.is_suspended and not before.is_suspended:
        update["$set"]["isSuspended"] = True
        #: if cookiecutter.mail
        update["$unset"] = {**letter_tokens.ENDED}
        #: endif
        update = sessions.end_with(update, now, [])
    elif not after.is_suspended:
        # Where it is missing the account is active: those of before are, too.
        update["$unset"] = {"isSuspended": True}
    events = []
    if after.roles != before.roles:
        events.append(Event.ROLES_CHANGED)
    if after.is_suspended != before.is_suspended:
        is_end = after.is_suspended
        events.append(Event.ACCOUNT_SUSPENDED if is_end else Event.ACCOUNT_RESTORED)
    given = {"roles": sorted(after.roles)} if after.roles != before.roles else {}
    return recording.change_account(before.still, update, *events, **given)
