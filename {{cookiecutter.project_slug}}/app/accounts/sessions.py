"""Sessions: open, refresh with rotation, end; and who is calling.

A session is one family of tokens. Revocation lives here and nowhere else: a token is
good only while its session stands in its account.

A proof of identity carries the version of the account's credentials. The write that opens a
session asks for that version, so that a proof is valid only while nothing has ended it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from app import tokens
from app.accounts.callers import (
    Caller,
    #: if cookiecutter.oauth == "server"
    Grant,
    #: endif
    Proven,
)
from app.accounts.errors import WrongCredentialsError
from app.accounts.models import Profile, Session, stored_accounts, with_session
from app.accounts.roles import roles_of
from app.accounts.user_agents import name_client
from app.audit import recording
from app.database.documents import new_id, utc_now
from app.errors import UnauthorizedError
from app.extensions import settings
from app.security_events import Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.tokens import Claims, TokenPair

# What every request reads of its account, beside the one session.
_READ: Final = dict.fromkeys(
    (
        *Profile.MEMBERS,
        "credentialVersion",
        "deletionBeganAt",
        "roles",
        #: if cookiecutter.second_factor
        "secondFactor.createdAt",
        #: endif
    ),
    1,
)


def find_caller(claims: Claims, *, may_be_leaving: bool = False) -> Caller:
    """Return who holds the token, in one read; raises UnauthorizedError when it is revoked.

    An account that is being deleted counts as gone, unless *may_be_leaving*.
    """
    record, session = _find_session(claims.account_id, claims.session_id, _READ)
    is_leaving = "deletionBeganAt" in record
    if session is None or (is_leaving and not may_be_leaving):
        raise UnauthorizedError("the session is over")
    return Caller(
        account_id=claims.account_id,
        session_id=claims.session_id,
        began_at=session["createdAt"],
        record=record,
        credential_version=record.get("credentialVersion", 0),
        is_leaving=is_leaving,
        roles=roles_of(record.get("roles")),
        #: if cookiecutter.oauth == "server"
        client_id=session.get("clientId"),
        #: endif
    )


def open_session(proven: Proven, user_agent: str = "", *events: Event, **still: Any) -> TokenPair:
    """Return the tokens of a new session, for somebody who has just proven who they are.

    *user_agent* is what its owner knows the session by, as a browser or a program sent it. *events*
    are recorded with it.
    Raises WrongCredentialsError where the proof is no longer valid, or the account does not match
    *still* any more: if everything is ended during a log-in, the end wins.
    """
    pair = tokens.issue_pair(proven.account_id, new_id(), is_fresh=True)
    if not add({**proven.still, **still}, pair, *events, client=name_client(user_agent)):
        raise WrongCredentialsError
    return pair


def add(still: dict[str, Any], pair: TokenPair, *events: Event, **more: Any) -> bool:
    """Store the session of *pair* with *more* fields; tell whether the account matched *still*.

    *events* are recorded with it.
    """
    most = settings.SESSION_LIMIT
    #: if cookiecutter.oauth == "server"
    if "client_id" in more:
        most = settings.OAUTH_GRANT_LIMIT
    #: endif
    session = dict(make_session(pair, utc_now(), **more).to_mongo())
    #: if cookiecutter.oauth == "server"
    return recording.change_account(
        still, with_session(session, most), *events, clientId=more.get("client_id")
    )
    #: else
    return recording.change_account(still, with_session(session, most), *events)
    #: endif


def begin_anew(
    caller: Caller, changes: dict[str, Any], user_agent: str, *events: Event
) -> TokenPair | None:
    """Make *changes* that end every session and earlier proof, and open a new session.

    It is one update, with which *events* are recorded. Returns None where the caller's session has
    already ended.
    """
    now = utc_now()
    #: if cookiecutter.second_factor
    # The password alone is no log-in where there is a second factor.
    is_fresh = not caller.has_second_factor
    pair = tokens.issue_pair(caller.account_id, new_id(), is_fresh=is_fresh)
    #: else
    pair = tokens.issue_pair(caller.account_id, new_id(), is_fresh=True)
    #: endif
    session = make_session(pair, now, client=name_client(user_agent))
    ending = end_with(changes, now, [dict(session.to_mongo())])
    return pair if recording.change_account(caller.proven.still, ending, *events) else None


def end_with(
    changes: dict[str, Any], now: datetime, sessions_left: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the update that makes *changes* and ends every proof of identity before *now*.

    Without *sessions_left* it is for *changes* to say which sessions end.
    """
    ending = {
        **({} if sessions_left is None else {"sessions": sessions_left}),
        "updatedAt": now,
        #: if cookiecutter.oauth == "client"
        "credentialsEndedAt": now,
        #: endif
    }
    return {
        **changes,
        "$set": {**changes.get("$set", {}), **ending},
        "$inc": {**changes.get("$inc", {}), "credentialVersion": 1},
    }


def make_session(pair: TokenPair, now: datetime, **more: Any) -> Session:
    """Return the session of *pair*, which begins *now*, with *more* fields."""
    return Session(
        id=pair.session_id,
        refresh_id=pair.refresh_id,
        created_at=now,
        expires_at=pair.refresh_expires_at,
        last_used_at=now,
        **more,
    )


def is_still(proven: Proven) -> bool:
    """Tell whether the proof is still valid; the write that relies on it checks again."""
    return stored_accounts().find_one(proven.still, {"_id": 1}) is not None


def refresh(caller: Caller, refresh_id: UUID) -> TokenPair:
    """Exchange a refresh token for a new pair, once; no token outlives its session.

    Raises UnauthorizedError.
    """
    pair = tokens.issue_pair(
        caller.account_id, caller.session_id, is_fresh=False, began_at=caller.began_at
    )
    rotate(caller.account_id, refresh_id, pair)
    return pair


def rotate(account_id: UUID, refresh_id: UUID, pair: TokenPair) -> None:
    """Replace the refresh token of a session by *pair*.

    One atomic update decides which of several requests at once wins. Using a token that was
    already exchanged ends the whole session (RFC 9700 section 4.14.2): UnauthorizedError.
    """
    session_id = pair.session_id
    used = {"id": session_id, "refreshId": refresh_id}
    result = stored_accounts().update_one(
        {"_id": account_id, "sessions": {"$elemMatch": used}},
        {
            "$set": {
                "sessions.$[session].refreshId": pair.refresh_id,
                "sessions.$[session].expiresAt": pair.refresh_expires_at,
                "sessions.$[session].lastUsedAt": utc_now(),
            }
        },
        array_filters=[{"session.id": session_id}],
    )
    if result.modified_count == 0:
        # A session that ended by itself meanwhile is no sign of a thief.
        _end(account_id, session_id, Event.REFRESH_TOKEN_REUSED, Event.SESSION_ENDED)
        raise UnauthorizedError("the refresh token was used before, or its session is over")


def log_out(account_id: UUID, session_id: UUID) -> None:
    """End one session: its access and refresh tokens are over at once."""
    _end(account_id, session_id, Event.SESSION_ENDED)


def _end(account_id: UUID, session_id: UUID, *events: Event) -> None:
    standing = {"_id": account_id, "sessions.id": session_id}
    recording.change_account(standing, {"$pull": {"sessions": {"id": session_id}}}, *events)


def end_all(found: dict[str, Any], changes: dict[str, Any] | None = None, *events: Event) -> bool:
    """End every session and proof of the account that matches *found*; tell whether one does.

    *changes* are made by the same update, and *events* recorded with it. *found* has its `_id`.
    """
    ending = end_with(changes or {}, utc_now(), [])
    return recording.change_account(found, ending, Event.SESSION_ENDED, *events)


def end_everybodys() -> int:
    """End every session and proof of all accounts; return the number of accounts."""
    ending = end_with({}, utc_now(), [])
    return recording.change_every_account(ending, Event.SESSION_ENDED)


#: if cookiecutter.oauth == "server"
def find_grant(account_id: UUID, session_id: UUID) -> Grant | None:
    """Return the grant of a session; None for a log-in, and for a session that has ended."""
    record, session = _find_session(account_id, session_id, {"deletionBeganAt": 1})
    if session is None or "clientId" not in session or "deletionBeganAt" in record:
        return None
    return Grant(session["clientId"], session["createdAt"])


#: endif
def _find_session(
    account_id: UUID, session_id: UUID, members: Mapping[str, int]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return *members* of a stored account, and the session, in one read.

    None stands for a session that has ended; a refresh does not extend it.
    """
    read = {**members, "sessions": {"$elemMatch": {"id": session_id}}}
    record = stored_accounts().find_one({"_id": account_id}, read) or {}
    oldest = utc_now() - timedelta(seconds=settings.SESSION_MAX_SECONDS)
    found = (each for each in record.get("sessions", ()) if each["createdAt"] > oldest)
    return record, next(found, None)
