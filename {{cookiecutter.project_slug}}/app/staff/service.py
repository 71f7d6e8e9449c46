"""See to the accounts of others: find, suspend, end their sessions, give roles.

Nobody touches the account of somebody who has a role that they do not have themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from app import pagination
from app.accounts import standing
from app.accounts.models import Account
from app.accounts.roles import Role, roles_of
from app.errors import ForbiddenError, NotFoundError
from app.pagination import Page
from app.staff.errors import OwnAccountError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from app.accounts.callers import Caller
    from app.accounts.standing import Standing
    from app.pagination import PageRequest

SORT_FIELDS: Final = {"createdAt": "created_at"}
_SHOWN: Final = (
    *("id", "email", "display_name", "created_at", "updated_at", "roles", "is_suspended"),
    #: if cookiecutter.mail
    "unconfirmed_until",
    #: endif
)


@dataclass(frozen=True, slots=True)
class ManagedAccount:
    """What staff are told of an account."""

    id: UUID
    email: str
    display_name: str
    created_at: datetime
    updated_at: datetime
    roles: list[Role]
    is_suspended: bool
    #: if cookiecutter.mail
    is_confirmed: bool
    #: endif

    @classmethod
    def of(cls, account: Account) -> ManagedAccount:
        """Return what is told of a stored account."""
        members = {name: getattr(account, name) for name in _SHOWN}
        own = {Role.MEMBER, *account.roles}
        members["roles"] = [role for role in Role if role in own]
        members["is_suspended"] = bool(account.is_suspended)
        #: if cookiecutter.mail
        members["is_confirmed"] = members.pop("unconfirmed_until") is None
        #: endif
        return cls(**members)


def list_page(request: PageRequest, email: str | None) -> Page[ManagedAccount]:
    """Return one page of accounts, or of the one that has this e-mail."""
    if email is not None:
        filters = {**request.filters, "__raw__": Account.with_email(email)}
        request = replace(request, filters=filters)
    page = pagination.find_page(_existing(), request, SORT_FIELDS, None)
    return Page([ManagedAccount.of(account) for account in page.items], page.next_cursor)


def find(account_id: UUID) -> ManagedAccount:
    """Return an account; raises NotFoundError, while it is being deleted, too."""
    account = _existing(id=account_id).first()
    if account is None:
        raise NotFoundError
    return ManagedAccount.of(account)


def change(
    caller: Caller,
    account_id: UUID,
    *,
    is_suspended: bool | None = None,
    roles: Iterable[Role] | None = None,
) -> ManagedAccount:
    """Suspend or restore an account, or give it exactly these roles; None leaves what there is.

    Raises ForbiddenError, OwnAccountError, and what standing.change() raises.
    """
    if roles is not None and Role.ADMIN not in caller.roles:
        raise ForbiddenError
    if account_id == caller.account_id:
        raise OwnAccountError

    def decide(before: Standing) -> Standing:
        _check_may_touch(caller, before)
        after = before
        if is_suspended is not None:
            after = replace(after, is_suspended=is_suspended)
        if roles is not None:
            # What only a newer release knows is not this one's to take away.
            kept = before.roles - frozenset(Role)
            after = replace(after, roles=kept | (frozenset(roles) - {Role.MEMBER}))
        return after

    standing.change(account_id, decide)
    return find(account_id)


def end_sessions(caller: Caller, account_id: UUID) -> None:
    """End every session of an account; raises ForbiddenError, NotFoundError."""
    standing.end_sessions(account_id, lambda found: _check_may_touch(caller, found))


def _check_may_touch(caller: Caller, found: Standing) -> None:
    if not roles_of(found.roles) <= caller.roles:
        raise ForbiddenError


def _existing(**wanted: Any) -> Any:
    return Account.objects(deletion_began_at=None, **wanted).only(*_SHOWN)
