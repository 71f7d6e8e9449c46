"""Sign-ups that a letter completes: nobody is told whether an address is known.

A new account can do nothing until somebody who reads its mail confirms it. Whoever signs up with an
address that is not confirmed yet takes the place of whoever did before, so that nobody keeps an
address from those who have it. The owner of a confirmed one gets a letter that says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from mongoengine import NotUniqueError

from app.accounts import confirmations, letter_tokens, passwords
from app.accounts.languages import read_language
from app.accounts.models import Account, read_email, stored_accounts
from app.audit import recording
from app.database.documents import new_id, utc_now
from app.extensions import settings
from app.mail import letters
from app.mail.letters import Purpose
from app.security_events import Event

if TYPE_CHECKING:
    from app.accounts.languages import Language

# How often somebody who logs in before is reminded at most.
REMIND_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody asks for who signs up."""

    email: str
    password: str = field(repr=False)
    password_hash: str = field(repr=False)
    display_name: str
    language: Language


def begin(email: str, password: str, display_name: str, language: Language) -> None:
    """Send a letter to the address, whatever is known of it, in the same time.

    Raises InvalidInputError for a password that is easy to guess.
    """
    passwords.check_new(password, "/password", email, display_name)
    # In each case, with one comparison: the time of hashes tells most.
    asked = SignUp(email, password, passwords.hash_password(password), display_name, language)
    record, email_index = _read(email), Account.email_index_for(email)
    is_known = _is_known(record)
    purpose = Purpose.ACCOUNT_EXISTS if is_known else Purpose.CONFIRM
    has_room = letters.has_room(email_index, purpose)
    if record is None and has_room and not _create(asked):
        # Another sign-up came between. Its letter is on its way.
        record, has_room = _read(email), False
        is_known = _is_known(record)
    differs = _differs(asked, None if is_known else record)
    if record is None:
        return
    if is_known:
        if has_room:
            _tell_owner(record, email_index)
        return
    is_late = has_room and not _replace(record, asked, is_contested=differs)
    if is_late or (differs and not has_room):
        _contest(email)


def remind(record: dict[str, Any], email_index: str) -> None:
    """Send the letter again to somebody who has logged in before: at most once an hour."""
    account_id, now = record["_id"], utc_now()
    stored = record.get("letterTokens", {}).get(Purpose.CONFIRM, {})
    if stored and stored["issuedAt"] > now - timedelta(seconds=REMIND_SECONDS):
        return
    if not letters.has_room(email_index, Purpose.CONFIRM):
        return
    issued = letter_tokens.issue(Purpose.CONFIRM, account_id)
    letter = issued.write(read_email(record), read_language(record.get("language")))
    # Of many log-ins at once one sends it.
    still = {"_id": account_id, "unconfirmedUntil": {"$gt": now}, **_newest(stored)}
    # The account waits as long as the link works.
    waits = {"unconfirmedUntil": max(issued.stored["expiresAt"], record["unconfirmedUntil"])}
    change = {"$set": {**issued.changes, **waits}, "$push": {"pendingLetters": letter}}
    if stored_accounts().update_one(still, change).matched_count:
        letters.release(account_id)


def _read(email: str) -> dict[str, Any] | None:
    wanted = (*confirmations.READ, "unconfirmedUntil", "letterTokens", "passwordHash")
    return stored_accounts().find_one(Account.with_email(email), dict.fromkeys(wanted, 1))


def _is_known(record: dict[str, Any] | None) -> bool:
    return record is not None and "unconfirmedUntil" not in record


def _contest(email: str) -> None:
    """Let none of the passwords count: whoever opens the last letter may have asked just now."""
    waiting = {**Account.with_email(email), "unconfirmedUntil": {"$ne": None}}
    stored_accounts().update_one(waiting, {"$set": {"isContested": True}})


def _differs(asked: SignUp, record: dict[str, Any] | None) -> bool:
    """Tell whether an account that waits has another password; one is compared in each case."""
    waiting = record or {}
    is_waiting = waiting.get("unconfirmedUntil", utc_now()) > utc_now()
    is_same = passwords.is_correct(asked.password, waiting["passwordHash"] if is_waiting else None)
    return is_waiting and (waiting.get("isContested", False) or not is_same)


def _create(asked: SignUp) -> bool:
    account_id = new_id()
    issued = letter_tokens.issue(Purpose.CONFIRM, account_id)
    letter = issued.write(asked.email, asked.language)
    account = Account(
        id=account_id,
        email=asked.email,
        email_index=Account.email_index_to_store(asked.email),
        display_name=asked.display_name,
        password_hash=asked.password_hash,
        language=asked.language,
        unconfirmed_until=letter_tokens.expiry_in(settings.UNCONFIRMED_SECONDS),
        letter_tokens={issued.purpose: issued.stored},
    )
    try:
        recording.insert_account(account, Event.SIGNED_UP, pendingLetters=[letter])
    except NotUniqueError:
        return False
    letters.release(account_id)
    return True


def _replace(record: dict[str, Any], asked: SignUp, *, is_contested: bool) -> bool:
    """Let the letter of this sign-up open the account; the letters before it no longer do."""
    account_id = record["_id"]
    issued = letter_tokens.issue(Purpose.CONFIRM, account_id)
    letter = issued.write(asked.email, asked.language)
    before = _newest(record.get("letterTokens", {}).get(Purpose.CONFIRM, {}))
    # Nor one that another sign-up has contested meanwhile.
    contest = {"isContested": record.get("isContested")}
    waiting = {"unconfirmedUntil": {"$exists": True}, **before, **contest}
    replaced = {
        "email": Account.email.to_mongo(asked.email),
        "emailIndex": Account.email_index_to_store(asked.email),
        "displayName": Account.display_name.to_mongo(asked.display_name),
        "passwordHash": asked.password_hash,
        "language": asked.language.value,
        "unconfirmedUntil": letter_tokens.expiry_in(settings.UNCONFIRMED_SECONDS),
        "updatedAt": utc_now(),
        "isContested": is_contested,
        **issued.changes,
    }
    change = {"$set": replaced, "$push": {"pendingLetters": letter}}
    if not recording.change_account({"_id": account_id, **waiting}, change, Event.SIGNED_UP):
        return False
    letters.release(account_id)
    return True


def _tell_owner(record: dict[str, Any], email_index: str) -> None:
    # The address as its owner has spelled it: what was sent may be one that only looks like it.
    account_id, email = record["_id"], read_email(record)
    language = read_language(record.get("language"))
    letter = letters.prepare(
        Purpose.ACCOUNT_EXISTS, account_id, email, language, cause=str(new_id())
    )
    # With its event one update, as a new account is, which takes as long.
    change = {"$push": {"pendingLetters": letter}}
    refused = Event.SIGN_UP_REFUSED
    recording.change_account(
        {"_id": account_id}, change, refused, **recording.of_address(email_index)
    )
    letters.release(account_id)


def _newest(stored: dict[str, Any]) -> dict[str, Any]:
    """Return the filter that holds while this is the newest token to confirm with."""
    return {f"letterTokens.{Purpose.CONFIRM}.hash": stored.get("hash")}
