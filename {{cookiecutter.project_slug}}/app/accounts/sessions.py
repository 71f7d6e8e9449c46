"""Sessions: log in, refresh with rotation, log out; and who is calling.

A session is one family of tokens. Revocation lives here and nowhere else: a token is
good only while its session stands in its account.

A proof of identity carries the version of the account's credentials. The write that opens a
session asks for that version, so that a proof is valid only while nothing has ended it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from app import tokens
from app.accounts import (
    jail,
    passwords,
    #: if cookiecutter.mail
    sign_ups,
    #: endif
)
from app.accounts.callers import (
    Caller,
    Credentials,
    #: if cookiecutter.oauth == "server"
    Grant,
    #: endif
    Proven,
)
from app.accounts.errors import (
    AccountSuspendedError,
    #: if cookiecutter.mail
    EmailUnconfirmedError,
    #: endif
    WrongCredentialsError,
)
from app.accounts.models import Account, Profile, Session, stored_accounts, with_session
from app.accounts.roles import roles_of
from app.accounts.user_agents import name_client
from app.addresses import networks_of
from app.audit import recording
from app.database.documents import new_id, utc_now
from app.database.keyed_hashes import hash_for
from app.errors import UnauthorizedError
from app.extensions import settings
#: if cookiecutter.mail
from app.mail import letters
from app.mail.letters import Purpose
#: endif
#: if cookiecutter.second_factor
from app.second_factor.checking import ACTIVE, take_code
from app.second_factor.errors import SecondFactorRequiredError
#: endif
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
# What a log-in reads.
_READ_AT_LOG_IN: Final = dict.fromkeys(
    (
        "passwordHash",
        "credentialVersion",
        "knownAddresses",
        "isSuspended",
        "resets",
        #: if cookiecutter.second_factor
        ACTIVE,
        #: endif
        #: if cookiecutter.mail
        *Profile.MEMBERS,
        "letterTokens",
        "unconfirmedUntil",
        #: else
        "oneTimeUntil",
        #: endif
    ),
    1,
)
# How many addresses of its owner an account remembers.
_KNOWN_ADDRESSES: Final = 20


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


def log_in(credentials: Credentials) -> TokenPair:
    """Return a new session's tokens; raises what check_credentials() raises."""
    return open_session(check_credentials(credentials), credentials.user_agent)


def check_credentials(credentials: Credentials) -> Proven:
    """Return whose account this is.

    Raises LoginJailedError before any hashing, and WrongCredentialsError for unknown accounts and
    wrong passwords alike, in the same time. Only after a right password it tells more, as
    _check_state() does.
    """
    email, password, address = credentials.email, credentials.password, credentials.address
    email_index = Account.email_index_for(email)
    #: if cookiecutter.mail
    # MongoDB removes an account that nobody has confirmed up to a minute late.
    found = {**Account.with_email(email), "unconfirmedUntil": {"$not": {"$lte": utc_now()}}}
    #: else
    found = Account.with_email(email)
    #: endif
    record = stored_accounts().find_one(found, _READ_AT_LOG_IN) or {}
    known, here = record.get("knownAddresses", []), _name_address(record.get("_id"), address)
    # A reset ends the jail: failures are counted anew.
    resets = record.get("resets")
    jail_name = f"{email_index}:{resets}" if resets else email_index

    def is_right() -> bool:
        #: if cookiecutter.mail
        return passwords.is_correct(password, record.get("passwordHash"))
        #: else
        now = utc_now()
        is_over = record.get("oneTimeUntil", now) < now
        return passwords.is_correct(password, record.get("passwordHash")) and not is_over
        #: endif

    with jail.recorded(record.get("_id"), email_index):
        has_proven = jail.check_login(jail_name, address, is_right, is_known=here in known)
    if not has_proven:
        recording.record(Event.LOGIN_FAILED, record.get("_id"), email_index=email_index)
        raise WrongCredentialsError
    _check_state(record, email_index)
    #: if cookiecutter.second_factor
    _check_second_factor(record, credentials.code)
    #: endif
    #: if not cookiecutter.mail
    if "oneTimeUntil" in record:
        _use_up(record)
    #: endif
    recording.record(Event.LOGIN_SUCCEEDED, record["_id"], email_index=email_index)
    #: if cookiecutter.mail
    if known and here not in known:
        _tell_new_place(record, here, credentials.user_agent)
    elif known[-1:] != [here]:
        _remember_address(record["_id"], here)
    #: else
    if known[-1:] != [here]:
        _remember_address(record["_id"], here)
    #: endif
    if passwords.needs_rehash(record["passwordHash"], password):
        _rehash(record, password)
    return Proven(record["_id"], record.get("credentialVersion", 0))


def _check_state(record: dict[str, Any], email_index: str) -> None:
    """Refuse a right password where nobody is to be let in by it."""
    if record.get("isSuspended"):
        recording.record(Event.LOGIN_SUSPENDED, record["_id"], email_index=email_index)
        raise AccountSuspendedError
    #: if cookiecutter.mail
    if "unconfirmedUntil" in record:
        sign_ups.remind(record, email_index)
        raise EmailUnconfirmedError
    #: endif


#: if cookiecutter.second_factor
def _check_second_factor(record: dict[str, Any], code: str) -> None:
    """Ask for a code where the account has a second factor."""
    if ACTIVE not in record:
        return
    if not code:
        raise SecondFactorRequiredError
    if not take_code(record["_id"], record[ACTIVE], code):
        raise WrongCredentialsError


#: endif
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
    session = _new_session(pair, utc_now(), **more)
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
    ending = end_with(changes, now, [_new_session(pair, now, client=name_client(user_agent))])
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


def _new_session(pair: TokenPair, now: datetime, **more: Any) -> dict[str, Any]:
    session = Session(
        id=pair.session_id,
        refresh_id=pair.refresh_id,
        created_at=now,
        expires_at=pair.refresh_expires_at,
        last_used_at=now,
        **more,
    )
    return dict(session.to_mongo())


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


def _name_address(account_id: UUID | None, address: str) -> str:
    """Return the hash by which an account remembers an address; it differs for each account."""
    return hash_for("known addresses", f"{account_id}:{networks_of(address)[0].name}").hex()


def _remember_address(account_id: UUID, here: str) -> None:
    """Remember where an owner logged in, the newest last; each address once."""
    stored = {"$ifNull": ["$knownAddresses", []]}
    others = {"$filter": {"input": stored, "as": "each", "cond": {"$ne": ["$$each", here]}}}
    newest = {"$slice": [{"$concatArrays": [others, [here]]}, -_KNOWN_ADDRESSES]}
    # Computed there, so that log-ins from two places at once do not forget each other's.
    stored_accounts().update_one({"_id": account_id}, [{"$set": {"knownAddresses": newest}}])


#: if cookiecutter.mail
def _tell_new_place(record: dict[str, Any], here: str, user_agent: str) -> None:
    """Write to the owner that somebody logs in from where nobody did before: once for a place.

    The letter and the place are stored by one update. Where there is no room for a letter the place
    stays new: it must not be known before its owner is told, by another log-in if need be.
    """
    account_id, profile = record["_id"], Profile.from_record(record)
    if not letters.has_room(account_id, Purpose.NEW_PLACE):
        return
    letter = letters.prepare(
        Purpose.NEW_PLACE,
        account_id,
        profile.email,
        profile.language,
        cause=str(new_id()),
        name=profile.display_name,
        client=name_client(user_agent) or "",
    )
    is_new = {"_id": account_id, "knownAddresses": {"$ne": here}}
    places = {"$each": [here], "$slice": -_KNOWN_ADDRESSES}
    change = {"$push": {"pendingLetters": letter, "knownAddresses": places}}
    if stored_accounts().update_one(is_new, change).matched_count:
        letters.release(account_id)


#: else
def _use_up(record: dict[str, Any]) -> None:
    """Let one log-in have a one-time password; raise WrongCredentialsError for all others."""
    unused = {"passwordHash": record["passwordHash"], "oneTimeUntil": record["oneTimeUntil"]}
    used = {"$set": {"oneTimeUntil": utc_now()}}
    if not stored_accounts().update_one({"_id": record["_id"], **unused}, used).matched_count:
        raise WrongCredentialsError


#: endif
def _rehash(record: dict[str, Any], password: str) -> None:
    # Conditional: a password that was changed meanwhile must not be restored.
    stored_accounts().update_one(
        {"_id": record["_id"], "passwordHash": record["passwordHash"]},
        {"$set": {"passwordHash": passwords.hash_password(password)}},
    )
