"""Log in with a password: who somebody is, and whether they are let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.accounts import (
    jail,
    known_places,
    passwords,
    sessions,
    #: if cookiecutter.mail
    sign_ups,
    #: endif
)
from app.accounts.callers import Credentials, Proven
from app.accounts.errors import (
    AccountSuspendedError,
    #: if cookiecutter.mail
    EmailUnconfirmedError,
    #: endif
    WrongCredentialsError,
)
from app.accounts.models import Account, stored_accounts
from app.audit import recording
from app.database.documents import utc_now
#: if cookiecutter.mail
from app.mail.letters import Purpose
#: endif
#: if cookiecutter.second_factor
from app.second_factor.checking import ACTIVE, take_code
from app.second_factor.errors import SecondFactorRequiredError
#: endif
from app.security_events import Event

if TYPE_CHECKING:
    from app.tokens import TokenPair

# What a log-in reads.
_READ: Final = dict.fromkeys(
    (
        "passwordHash",
        *known_places.READ,
        "isSuspended",
        "resets",
        #: if cookiecutter.second_factor
        ACTIVE,
        #: endif
        #: if cookiecutter.mail
        "letterTokens",
        "unconfirmedUntil",
        #: else
        "oneTimeUntil",
        #: endif
    ),
    1,
)


def log_in(credentials: Credentials) -> TokenPair:
    """Return a new session's tokens.

    Raises what _check() raises, and WrongCredentialsError where everything was ended meanwhile.
    """
    record = _check(credentials)
    proven, program = Proven.of(record), credentials.user_agent
    try:
        pair = sessions.open_session(proven, program, Event.LOGIN_SUCCEEDED)
    except WrongCredentialsError:
        # Something has ended everything meanwhile.
        recording.record(Event.LOGIN_FAILED, record["_id"])
        raise
    known_places.arrive(record, credentials)
    return pair


#: if cookiecutter.oauth == "server"
def log_in_to_page(credentials: Credentials) -> Proven:
    """Return whose account this is, for a page that opens no session; raises as log_in()."""
    record = _check(credentials)
    recording.record(Event.LOGIN_SUCCEEDED, record["_id"])
    known_places.arrive(record, credentials)
    return Proven.of(record)


#: endif
def _check(credentials: Credentials) -> dict[str, Any]:
    """Return the account of which these are the credentials, as it is stored.

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
    record = stored_accounts().find_one(found, _READ) or {}
    is_known = known_places.is_known(record, address)
    # A reset ends the jail: failures are counted anew.
    resets = record.get("resets")
    jail_name = f"{email_index}:{resets}" if resets else email_index

    def is_right() -> bool:
        #: if cookiecutter.mail
        return passwords.is_correct(password, record.get("passwordHash"))
        #: else
        is_correct = passwords.is_correct(password, record.get("passwordHash"))
        if "oneTimeUntil" not in record:
            return is_correct
        #: if cookiecutter.oauth == "server"
        if not credentials.may_be_one_time:
            return False
        #: endif
        return is_correct and record["oneTimeUntil"] > utc_now()
        #: endif

    with jail.recorded(record.get("_id"), email_index):
        has_proven = jail.check_login(jail_name, address, is_right, is_known=is_known)
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
    if passwords.needs_rehash(record["passwordHash"], password):
        _rehash(record, password)
    return record


def _check_state(record: dict[str, Any], email_index: str) -> None:
    """Refuse a right password where nobody is to be let in by it."""
    if record.get("isSuspended"):
        recording.record(Event.LOGIN_SUSPENDED, record["_id"], email_index=email_index)
        raise AccountSuspendedError
    #: if cookiecutter.mail
    if "unconfirmedUntil" in record:
        # Anybody can sign up, and do this without end: it is told once for each letter.
        letter = record.get("letterTokens", {}).get(Purpose.CONFIRM, {}).get("hash")
        recording.record(Event.LOGIN_UNCONFIRMED, record["_id"], once=f"{record['_id']}:{letter}")
        sign_ups.remind(record, email_index)
        raise EmailUnconfirmedError
    #: endif


#: if cookiecutter.second_factor
def _check_second_factor(record: dict[str, Any], code: str) -> None:
    """Ask for a code where the account has a second factor."""
    if ACTIVE not in record:
        return
    if not code:
        recording.record(Event.CODE_MISSING, record["_id"])
        raise SecondFactorRequiredError
    if not take_code(record["_id"], record[ACTIVE], code):
        raise WrongCredentialsError


#: endif
#: if not cookiecutter.mail
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
