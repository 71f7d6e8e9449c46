"""The open sessions of an account, as its owner sees them and ends them from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import (
    TYPE_CHECKING,
    Any,
    #: if cookiecutter.oauth == "server"
    Final,
    #: endif
)

from app.accounts.models import stored_accounts
from app.accounts.sessions import end_with
from app.audit import recording
from app.database.documents import utc_now
from app.errors import NotFoundError, UnauthorizedError
from app.extensions import settings
from app.security_events import Event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.accounts.callers import Caller
#: if cookiecutter.oauth == "server"

# Which sessions are meant: a grant belongs to another app, whose id it has.
LOG_INS: Final[dict[str, Any]] = {"clientId": None}
GRANTS: Final[dict[str, Any]] = {"clientId": {"$ne": None}}
#: endif


@dataclass(frozen=True, slots=True)
class OpenSession:
    """What an owner is told of a session."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    client: str | None
    is_current: bool
    #: if cookiecutter.oauth == "server"
    # Of a grant: whose it is, and what it allows.
    client_id: UUID | None
    scopes: tuple[str, ...]
    #: endif


def list_all(caller: Caller) -> list[OpenSession]:
    #: if cookiecutter.oauth == "server"
    """Return the open log-ins of the caller's account, the oldest first."""
    return [each for each in find_open(caller) if each.client_id is None]


def find_open(caller: Caller) -> list[OpenSession]:
    """Return the open sessions of the caller's account, log-ins and grants, the oldest first."""
    #: else
    """Return the open sessions of the caller's account, the oldest first."""
    #: endif
    now = utc_now()
    oldest = now - timedelta(seconds=settings.SESSION_MAX_SECONDS)
    record = stored_accounts().find_one({"_id": caller.account_id}, {"sessions": 1}) or {}
    return [
        OpenSession(
            id=each["id"],
            created_at=each["createdAt"],
            # Of a session from before this member the log-in is the last use that is known.
            last_used_at=each.get("lastUsedAt", each["createdAt"]),
            client=each.get("client"),
            is_current=each["id"] == caller.session_id,
            #: if cookiecutter.oauth == "server"
            client_id=each.get("clientId"),
            scopes=tuple(each.get("scope", "").split()),
            #: endif
        )
        for each in record.get("sessions", ())
        if each["expiresAt"] > now and each["createdAt"] > oldest
    ]


def end(
    caller: Caller,
    session_id: UUID,
    #: if cookiecutter.oauth == "server"
    kind: dict[str, Any] = LOG_INS,
    #: endif
) -> None:
    """End one session of the caller's account at once; raises NotFoundError.

    Raises UnauthorizedError where the caller's own has ended meanwhile.
    """
    ended: dict[str, Any] = {"id": session_id}
    #: if cookiecutter.oauth == "server"
    ended |= kind
    #: endif
    if not _change(caller, {"$pull": {"sessions": ended}}, sessions={"$elemMatch": ended}):
        raise NotFoundError


def end_others(
    caller: Caller,
    #: if cookiecutter.oauth == "server"
    kind: dict[str, Any] = LOG_INS,
    #: endif
) -> None:
    """End all sessions but the caller's, and every proof of identity from before.

    Otherwise somebody who is logging in just now would have a session that nobody saw. Raises
    UnauthorizedError where the caller's own has ended meanwhile.
    """
    ended: dict[str, Any] = {"id": {"$ne": caller.session_id}}
    #: if cookiecutter.oauth == "server"
    ended |= kind
    #: endif
    _change(caller, end_with({"$pull": {"sessions": ended}}, utc_now()))


def _change(caller: Caller, change: dict[str, Any], **there: Any) -> bool:
    """Change the account, if the caller's session still stands: who was shut out ends nothing.

    Tells whether the account has what is wanted *there*.
    """
    standing = {"_id": caller.account_id, "sessions.id": caller.session_id}
    if recording.change_account({**standing, **there}, change, Event.SESSION_ENDED):
        return True
    if stored_accounts().find_one(standing, {"_id": 1}) is None:
        raise UnauthorizedError("the session ended meanwhile")
    return False
