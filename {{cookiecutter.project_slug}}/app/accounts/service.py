"""Accounts: sign up, show, change, change the password."""

from __future__ import annotations

from typing import TYPE_CHECKING

#: if not cookiecutter.mail
from mongoengine import NotUniqueError

#: endif
from app.accounts import (
    jail,
    #: if cookiecutter.mail
    letter_tokens,
    #: endif
    passwords,
    sessions,
)
from app.accounts.errors import (
    #: if not cookiecutter.mail
    EmailTakenError,
    #: endif
    WrongPasswordError,
)
from app.accounts.models import Account, Profile
from app.audit import recording
#: if cookiecutter.mail
from app.errors import UnauthorizedError
from app.mail import letters
from app.mail.letters import Purpose
#: else
from app.errors import FieldError, InvalidInputError, UnauthorizedError
#: endif
from app.security_events import Event

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from app.accounts.callers import Caller
    from app.tokens import TokenPair


#: if cookiecutter.mail
def change(account_id: UUID, changes: dict[str, Any]) -> Profile:
    """Set the members named in *changes*: the display name, the language."""
    updates = {f"set__{name}": value for name, value in changes.items()}
    account = Account.objects(id=account_id).modify(new=True, **updates)
    if account is None:
        raise UnauthorizedError("the account was deleted meanwhile")
    return Profile.from_record(account.to_mongo())


#: else
def sign_up(email: str, password: str, display_name: str) -> Profile:
    """Create an account; raises EmailTakenError where one has this e-mail, InvalidInputError."""
    passwords.check_new(password, "/password", email, display_name)
    account = Account(
        email=email,
        email_index=Account.email_index_to_store(email),
        display_name=display_name,
        password_hash=passwords.hash_password(password),
    )
    try:
        recording.insert_account(account, Event.SIGNED_UP)
    except NotUniqueError as error:
        recording.record(Event.SIGN_UP_REFUSED, email_index=Account.email_index_for(email))
        raise EmailTakenError from error
    return Profile.from_record(account.to_mongo())


def rename(account_id: UUID, display_name: str) -> Profile:
    """Change the display name."""
    account = Account.objects(id=account_id).modify(new=True, set__display_name=display_name)
    if account is None:
        raise UnauthorizedError("the account was deleted meanwhile")
    return Profile.from_record(account.to_mongo())


#: endif
def change_password(caller: Caller, current: str, new: str, user_agent: str = "") -> TokenPair:
    """Replace the password, end every session, and return the tokens of a new one.

    Every older token is invalid, the caller's own included. Raises InvalidInputError,
    WrongPasswordError, LoginJailedError, and UnauthorizedError where somebody else ended the
    session meanwhile.
    """
    account = find(caller)
    # The jail comes first: judging a new password may cost more than refusing a wrong one.
    confirm_password(account, current, caller.session_id)
    passwords.check_new(new, "/newPassword", account.email, account.display_name)
    #: if not cookiecutter.mail
    # Whoever gave it knows it (OWASP ASVS 5.0, 6.4.1).
    if account.one_time_until and passwords.prepare(new) == passwords.prepare(current):
        detail = "Must not be the one-time password."
        raise InvalidInputError(errors=(FieldError("/newPassword", detail),))
    #: endif
    #: if cookiecutter.mail
    # Letters of before may be in the wrong hands, too.
    gone = letter_tokens.ENDED
    #: else
    gone = {"oneTimeUntil": True}
    #: endif
    changes: dict[str, dict[str, Any]] = {
        "$set": {"passwordHash": passwords.hash_password(new)},
        "$unset": {**gone},
        #: if cookiecutter.mail
        "$push": {
            "pendingLetters": letters.prepare_notice(Purpose.PASSWORD_CHANGED, caller.profile)
        },
        #: endif
    }
    pair = sessions.begin_anew(caller, changes, user_agent, Event.PASSWORD_CHANGED)
    if pair is None:
        raise UnauthorizedError("the session ended meanwhile")
    #: if cookiecutter.mail
    letters.release(account.id)
    #: endif
    return pair


def find(caller: Caller) -> Account:
    """Return the caller's account as it is stored; raises UnauthorizedError where it is gone."""
    account = Account.objects(id=caller.account_id).first()
    if account is None:
        raise UnauthorizedError("the account was deleted meanwhile")
    return account  # type: ignore[no-any-return]  # mongoengine has no types


def confirm_password(account: Account, password: str, session_id: UUID) -> None:
    """Ask for the password again before something that a stolen token must not be able to do.

    Wrong passwords are counted by session, so that a token cannot be used to guess passwords
    without end. A log-in jail does not block this. Raises WrongPasswordError, LoginJailedError.
    """

    def is_right() -> bool:
        return passwords.is_correct(password, account.password_hash)

    with jail.recorded(account.id):
        has_proven = jail.check_session(session_id, is_right)
    if not has_proven:
        recording.record(Event.PASSWORD_REFUSED, account.id)
        raise WrongPasswordError
