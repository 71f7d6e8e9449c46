"""The address of an account: it changes once somebody who reads the new one's mail says so."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pymongo.errors import DuplicateKeyError

from app.accounts import confirmations, letter_tokens, service, sessions
from app.accounts.errors import SpentTokenError
from app.accounts.languages import read_language
from app.accounts.models import Account, read_email, stored_accounts
from app.audit import recording
from app.database.documents import utc_now
from app.errors import UnauthorizedError
from app.mail import letters
from app.mail.letters import Purpose
from app.security_events import Event

if TYPE_CHECKING:
    from app.accounts.callers import Caller
    from app.accounts.letter_tokens import Found, Issued


# Of an address that others sign up with all the time.
_TRIES: Final = 3
_READ: Final = ("newEmail", *confirmations.READ)


def ask_to_change(caller: Caller, new_email: str, password: str) -> None:
    """Send a letter to the new address, and a notice to the old one.

    Where another account has the address, the letter there says so, and nothing else differs.
    Raises WrongPasswordError, LoginJailedError, and UnauthorizedError where somebody else ended the
    session meanwhile.
    """
    account = service.find(caller)
    #: if cookiecutter.oauth == "client"
    # An account that began with a provider has no password: its log-in is fresh.
    if account.password_hash:
        service.confirm_password(account, password, caller.session_id)
    #: else
    service.confirm_password(account, password, caller.session_id)
    #: endif
    # Both count: neither one account nor many may flood an address.
    both = (account.id, Account.email_index_for(new_email))
    if not all(letters.has_room(each, Purpose.CHANGE_EMAIL) for each in both):
        return
    issued = letter_tokens.issue(Purpose.CHANGE_EMAIL, account.id, caller.credential_version)
    changed = Account.objects(__raw__=caller.proven.still).update_one(
        set__new_email=new_email,
        __raw__={
            "$set": issued.changes,
            "$push": {"pendingLetters": {"$each": _write_letters(account, new_email, issued)}},
        },
    )
    if not changed:
        raise UnauthorizedError("the session ended meanwhile")
    letters.release(account.id)


def confirm(token: str) -> None:
    """Confirm the address of a new account, or the new address of an old one; once.

    Raises SpentTokenError, also where another account has confirmed the address meanwhile.
    """
    found = letter_tokens.find(token, Purpose.CONFIRM, Purpose.CHANGE_EMAIL, members=_READ)
    if found.purpose is Purpose.CONFIRM:
        confirmations.finish(found)
        return
    for _ in range(_TRIES):
        # An account that nobody has confirmed keeps nobody from an address.
        with suppress(DuplicateKeyError):
            _change(found)
            return
        confirmations.give_way(_read_new_email(found.record))
    raise SpentTokenError


def _write_letters(account: Account, new_email: str, issued: Issued) -> list[dict[str, Any]]:
    """Return the letter to the new address, and the notice to the old one."""
    wanted = dict.fromkeys(("email", "language", "unconfirmedUntil"), 1)
    owner = stored_accounts().find_one(Account.with_email(new_email), wanted)
    language = read_language(account.language)
    if owner is None or owner["_id"] == account.id or "unconfirmedUntil" in owner:
        letter = issued.write(new_email, language)
    else:
        to, spoken = read_email(owner), read_language(owner.get("language"))
        letter = letters.prepare(Purpose.ACCOUNT_EXISTS, account.id, to, spoken, cause=issued.cause)
    notice = letters.prepare(
        Purpose.EMAIL_CHANGED,
        account.id,
        account.email,
        language,
        cause=issued.cause,
        name=account.display_name,
    )
    return [letter, notice]


def _change(found: Found) -> None:
    """Give the account its new address; raise DuplicateKeyError where another account has it."""
    new_email = _read_new_email(found.record)
    changes = {
        "$set": {
            "email": Account.email.to_mongo(new_email),
            "emailIndex": Account.email_index_to_store(new_email),
        },
        # Letters to the old address open nothing any more.
        "$unset": {**letter_tokens.ENDED},
    }
    ending = sessions.end_with(changes, utc_now())
    if not recording.change_account(found.still, ending, Event.EMAIL_CHANGED):
        raise SpentTokenError


def _read_new_email(record: dict[str, Any]) -> str:
    #: if cookiecutter.field_encryption
    new_email: str = Account.new_email.read_from(record)
    #: else
    new_email: str = record["newEmail"]
    #: endif
    return new_email
