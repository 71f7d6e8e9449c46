"""Second factors: set one up, confirm it, look at it, remove it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from app.accounts import service as accounts
from app.accounts import sessions
from app.accounts.models import (
    #: if cookiecutter.mail
    Profile,
    #: endif
    stored_accounts,
)
from app.audit import recording
from app.database.documents import utc_now
from app.errors import NotFoundError, UnauthorizedError
#: if cookiecutter.mail
from app.mail import letters
from app.mail.letters import Purpose
#: endif
from app.second_factor import codes
from app.second_factor.checking import ACTIVE, PENDING, count, take_code
from app.second_factor.errors import SecondFactorOnError, WrongCodeError
from app.second_factor.sealing import seal, unseal
from app.security_events import Event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.accounts.callers import Caller

# Time to show an app the secret, and to type its first code.
SETUP_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class SecondFactorState:
    """What an owner is told of a second factor."""

    is_on: bool
    recovery_codes_left: int
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app has to know, which is told once."""

    setup_key: str
    setup_uri: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmed second factor begins with: a session, and recovery codes."""

    access_token: str
    refresh_token: str
    expires_in: int
    recovery_codes: list[str]


def describe(caller: Caller) -> SecondFactorState:
    """Return how the second factor of the caller's account is."""
    found = _read(caller.account_id).get(ACTIVE)
    if found is None:
        return SecondFactorState(is_on=False, recovery_codes_left=0, created_at=None)
    left = len(found["recoveryHashes"])
    return SecondFactorState(is_on=True, recovery_codes_left=left, created_at=found["createdAt"])


def begin(caller: Caller, password: str) -> Setup:
    """Store a secret that counts once its owner has confirmed it, instead of an earlier such one.

    Raises SecondFactorOnError, WrongPasswordError, LoginJailedError, and UnauthorizedError where
    the session ended meanwhile.
    """
    account = accounts.find(caller)
    if account.second_factor is not None:
        raise SecondFactorOnError
    accounts.confirm_password(account, password, caller.session_id)
    secret = codes.make_secret()
    sealed = seal(secret, caller.account_id, PENDING)
    change = {"$set": {PENDING: {**sealed, "createdAt": utc_now()}}}
    if not stored_accounts().update_one(caller.proven.still, change).matched_count:
        raise UnauthorizedError("the session ended meanwhile")
    return Setup(secret, codes.address_for(secret, account.email))


def confirm(caller: Caller, code: str, user_agent: str = "") -> Confirmed:
    """Let the second factor count, end every session, and open a new one.

    Whoever was logged in without a code is not any more. Raises SecondFactorOnError,
    NotFoundError where nothing waits, WrongCodeError, LoginJailedError, and UnauthorizedError
    where the session ended meanwhile.
    """
    found, now = _read(caller.account_id), utc_now()
    if ACTIVE in found:
        raise SecondFactorOnError
    pending = found.get(PENDING)
    if pending is None or pending["createdAt"] <= now - timedelta(seconds=SETUP_SECONDS):
        raise NotFoundError
    secret = unseal(pending, caller.account_id, PENDING)
    step = codes.find_step(secret, code)
    if not count(caller.account_id, lambda: step is not None):
        raise WrongCodeError
    recovery_codes = codes.make_recovery_codes()
    confirmed = {
        **seal(secret, caller.account_id, ACTIVE),
        "createdAt": now,
        # This code does not count again.
        "lastStep": step,
        "recoveryHashes": [codes.hash_recovery_code(each) for each in recovery_codes],
    }
    changes = {
        "$set": {ACTIVE: confirmed},
        "$unset": {PENDING: True},
        #: if cookiecutter.mail
        "$push": _tell(Purpose.SECOND_FACTOR_SET_UP, caller.profile),
        #: endif
    }
    pair = sessions.begin_anew(caller, changes, user_agent, Event.SECOND_FACTOR_SET_UP)
    if pair is None:
        raise UnauthorizedError("the session ended meanwhile")
    #: if cookiecutter.mail
    letters.release(caller.account_id)
    #: endif
    return Confirmed(pair.access_token, pair.refresh_token, pair.expires_in, recovery_codes)


def remove(caller: Caller, password: str, code: str) -> None:
    """Remove the second factor, and end every session but the caller's.

    Raises NotFoundError where there is none, WrongPasswordError, WrongCodeError,
    LoginJailedError, and UnauthorizedError where the session ended meanwhile.
    """
    account = accounts.find(caller)
    second_factor = _read(caller.account_id).get(ACTIVE)
    if second_factor is None:
        raise NotFoundError
    accounts.confirm_password(account, password, caller.session_id)
    if not take_code(caller.account_id, second_factor, code):
        raise WrongCodeError
    changes = {
        "$unset": {ACTIVE: True},
        "$pull": {"sessions": {"id": {"$ne": caller.session_id}}},
        #: if cookiecutter.mail
        "$push": _tell(Purpose.SECOND_FACTOR_REMOVED, caller.profile),
        #: endif
    }
    ending = sessions.end_with(changes, utc_now())
    if not recording.change_account(caller.proven.still, ending, Event.SECOND_FACTOR_REMOVED):
        raise UnauthorizedError("the session ended meanwhile")
    #: if cookiecutter.mail
    letters.release(caller.account_id)
    #: endif


def remove_for(account_id: UUID) -> bool:
    """Remove the second factor of somebody who has lost it, and end every session.

    Returns whether there was one. It is for an operator, who knows by other means who asks.
    """
    found = {"_id": account_id, ACTIVE: {"$exists": True}}
    #: if cookiecutter.mail
    record = stored_accounts().find_one(found, dict.fromkeys(Profile.MEMBERS, 1))
    if record is None:
        return False
    #: endif
    changes = {
        "$unset": {ACTIVE: True, PENDING: True},
        #: if cookiecutter.mail
        "$push": _tell(Purpose.SECOND_FACTOR_REMOVED, Profile.from_record(record)),
        #: endif
    }
    #: if cookiecutter.mail
    is_removed = sessions.end_all(found, changes, Event.SECOND_FACTOR_REMOVED)
    letters.release(account_id)
    return is_removed
    #: else
    return sessions.end_all(found, changes, Event.SECOND_FACTOR_REMOVED)
    #: endif


#: if cookiecutter.mail
def _tell(purpose: Purpose, profile: Profile) -> dict[str, Any]:
    return {"pendingLetters": letters.prepare_notice(purpose, profile)}


#: endif
def _read(account_id: UUID) -> dict[str, Any]:
    return stored_accounts().find_one({"_id": account_id}, {ACTIVE: 1, PENDING: 1}) or {}
