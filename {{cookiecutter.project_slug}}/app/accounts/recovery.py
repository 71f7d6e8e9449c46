"""Accounts whose password is forgotten: a letter lets its reader set another.

Only that ends a jail: whoever reads the mail of an account has proven more than a password.
"""

from __future__ import annotations

from typing import Any

from app.accounts import confirmations, letter_tokens, passwords, sessions
from app.accounts.errors import SpentTokenError
from app.accounts.languages import read_language
from app.accounts.models import Account, Profile, read_email, stored_accounts
from app.database import counters
from app.database.documents import new_id, utc_now
from app.extensions import settings
from app.mail import letters
from app.mail.letters import Purpose
from app.security_events import Event


def ask(email: str) -> None:
    """Send a letter to the owner of the account, where there is one, in the same time.

    Without one a letter is written, too, and stored where nobody looks for it. A worker takes the
    right one out of its account: what that costs would tell that there is one.
    """
    email_index = Account.email_index_for(email)
    # Where the last letter has expired there is room for another.
    room_seconds = min(letters.ROOM_SECONDS, settings.RESET_TOKEN_SECONDS)
    if not letters.has_room(email_index, Purpose.RESET, seconds=room_seconds):
        return
    wanted = dict.fromkeys(("email", "language"), 1)
    # Nor is one written to that is suspended: the token would not count.
    active = {**Account.with_email(email), "isSuspended": None}
    record = stored_accounts().find_one(active, wanted)
    known = record or {"_id": new_id()}
    account_id = known["_id"]
    issued = letter_tokens.issue(Purpose.RESET, account_id)
    # The address as its owner has spelled it: what was sent may be one that only looks like it.
    to, language = read_email(record) if record else email, read_language(known.get("language"))
    letter = issued.write(to, language)
    if record:
        change = {"$set": issued.changes, "$push": {"pendingLetters": letter}}
        # Not where the address has changed meanwhile: whoever reads its mail is nobody now.
        still = {"_id": account_id, "deletionBeganAt": None, **active}
        stored_accounts().update_one(still, change)
    else:
        nothing = [{"$set": {"letter": {"$literal": letter}}}]
        counters.update(f"letters to nobody:{email_index}", nothing, keep_seconds=1)


def reset(token: str, new_password: str) -> None:
    """Set the password of the account that the letter was for; end its sessions and its jail.

    The address is confirmed, too. Raises InvalidInputError, which leaves the token as it is, and
    SpentTokenError.
    """
    members = (*Profile.MEMBERS, "unconfirmedUntil")
    found = letter_tokens.find(token, Purpose.RESET, members=members)
    profile = Profile.from_record(found.record)
    is_waiting = "unconfirmedUntil" in found.record
    # The name of one that waits may be a stranger's.
    names = (profile.email,) if is_waiting else (profile.email, profile.display_name)
    passwords.check_new(new_password, "/newPassword", *names)
    changes: dict[str, dict[str, Any]] = {
        "$set": {"passwordHash": passwords.hash_password(new_password)},
        # Letters of before may be in the wrong hands, too.
        "$unset": {
            **letter_tokens.ENDED,
            "unconfirmedUntil": True,
            "isContested": True,
            # Whoever was shut out may have logged in before.
            "knownAddresses": True,
        },
        "$inc": {"resets": 1},
    }
    events = [Event.PASSWORD_RESET]
    if is_waiting:
        # It was nobody's. A stranger may have signed up, whose words do not stay.
        changes["$set"]["displayName"] = confirmations.name_for(profile.email)
        events.append(Event.EMAIL_CONFIRMED)
        waiting: Any = {"$gt": utc_now()}
    else:
        waiting = None
        notice = letters.prepare_notice(Purpose.PASSWORD_CHANGED, profile)
        changes["$push"] = {"pendingLetters": notice}
    if not sessions.end_all({**found.still, "unconfirmedUntil": waiting}, changes, *events):
        raise SpentTokenError
    letters.release(profile.id)
