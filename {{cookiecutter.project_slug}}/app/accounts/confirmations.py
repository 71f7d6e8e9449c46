"""Accounts that wait until somebody who reads their mail confirms the address.

Where two have signed up with passwords that differ, nobody can tell whose letter the owner opens.
So none of the passwords counts then: with the confirmation comes a letter to choose one.
"""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Final

from app.accounts import letter_tokens, passwords
from app.accounts.errors import SpentTokenError
from app.accounts.languages import read_language
from app.accounts.models import Account, read_email, stored_accounts
from app.audit import recording
from app.database.documents import utc_now
from app.mail import letters
from app.mail.letters import Purpose
from app.security_events import Event

if TYPE_CHECKING:
    from uuid import UUID

    from app.accounts.letter_tokens import Found

# What is to be read of an account that is about to be confirmed.
READ: Final = ("email", "language", "isContested")


def finish(found: Found) -> None:
    """Open the account of a letter's token, once; raises SpentTokenError."""
    if not _open(found.record, found.still):
        raise SpentTokenError


def confirm(account_id: UUID) -> bool | None:
    """Open an account whose owner is known otherwise; None where none waits for that.

    Tells whether its password counts; otherwise its owner gets a letter to choose one.
    """
    record = stored_accounts().find_one({"_id": account_id}, dict.fromkeys(READ, 1))
    if record is None or not _open(record, {"_id": account_id}):
        return None
    return not record.get("isContested")


def give_way(email: str) -> None:
    """Remove an account of this address that nobody has confirmed.

    Whoever calls this has shown that the address is somebody else's.
    """
    waiting = {"unconfirmedUntil": {"$exists": True}}
    record = stored_accounts().find_one({**Account.with_email(email), **waiting}, {"_id": 1})
    if record is None:
        return
    recording.move_of(record["_id"])
    # Nor with an event that has come since, which would go with it.
    alone = {"_id": record["_id"], **waiting, "pendingEvents._id": {"$exists": False}}
    if stored_accounts().delete_one(alone).deleted_count:
        recording.record(Event.ACCOUNT_DELETED, record["_id"])


def name_for(email: str) -> Any:
    """Return what is stored as the name of somebody whose own choice is not known."""
    return Account.display_name.to_mongo(email.partition("@")[0])


def _open(record: dict[str, Any], still: dict[str, Any]) -> bool:
    """Let the owner of an account log in; False where it does not wait for that any more."""
    account_id, is_contested = record["_id"], record.get("isContested")
    # MongoDB removes what is over up to a minute late.
    waiting = {**still, "unconfirmedUntil": {"$gt": utc_now()}, "isContested": is_contested}
    token = f"letterTokens.{Purpose.CONFIRM}"
    change: dict[str, Any] = {
        "$set": {"updatedAt": utc_now()},
        "$unset": {"unconfirmedUntil": True, "isContested": True, token: True},
    }
    if is_contested:
        email, language = read_email(record), read_language(record.get("language"))
        issued = letter_tokens.issue(Purpose.RESET, account_id)
        nobodys = passwords.hash_password(token_urlsafe())
        change["$set"] |= {"passwordHash": nobodys, "displayName": name_for(email)}
        change["$set"] |= issued.changes
        letter = issued.write(email, language, Purpose.CHOOSE_PASSWORD)
        change["$push"] = {"pendingLetters": letter}
    if not recording.change_account(waiting, change, Event.EMAIL_CONFIRMED):
        return False
    if is_contested:
        letters.release(account_id)
    return True
