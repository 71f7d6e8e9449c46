"""Accounts whose password is forgotten: a letter lets its reader set another.

Only that ends a jail: whoever reads the mail of an account has proven more than a password.
"""

from __future__ import annotations

from app.accounts import letter_tokens, passwords, sessions
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
    if not letters.has_room(email_index, Purpose.RESET):
        return
    wanted = dict.fromkeys(("email", "language", "credentialVersion"), 1)
    record = stored_accounts().find_one(Account.with_email(email), wanted)
    known = record or {"_id": new_id()}
    account_id, version = known["_id"], known.get("credentialVersion", 0)
    ends = letter_tokens.expiry_in(settings.RESET_TOKEN_SECONDS)
    issued = letter_tokens.issue(Purpose.RESET, account_id, version, ends)
    # The address as its owner has spelled it: what was sent may be one that only looks like it.
    to, language = read_email(record) if record else email, read_language(known.get("language"))
    letter = letters.prepare(
        Purpose.RESET, account_id, to, language, cause=issued.cause, link=issued.link
    )
    if record:
        change = {"$set": issued.changes, "$push": {"pendingLetters": letter}}
        stored_accounts().update_one({"_id": account_id, "deletionBeganAt": None}, change)
    else:
        nothing = [{"$set": {"letter": {"$literal": letter}}}]
        counters.update(f"letters to nobody:{email_index}", nothing, keep_seconds=1)


def reset(token: str, new_password: str) -> None:
    """Set the password of the account that the letter was for; end its sessions and its jail.

    The address is confirmed, too. Raises InvalidInputError, which leaves the token as it is, and
    SpentTokenError.
    """
    found = letter_tokens.find(token, Purpose.RESET, members=Profile.MEMBERS)
    profile = Profile.from_record(found.record)
    passwords.check_new(new_password, "/newPassword", profile.email, profile.display_name)
    notice = letters.prepare_notice(Purpose.PASSWORD_CHANGED, profile)
    changes = {
        "$set": {"passwordHash": passwords.hash_password(new_password)},
        # Letters of before may be in the wrong hands, too.
        "$unset": {"letterTokens": True, "newEmail": True, "unconfirmedUntil": True},
        "$inc": {"resets": 1},
        "$push": {"pendingLetters": notice},
    }
    in_time = {"$or": [{"unconfirmedUntil": None}, {"unconfirmedUntil": {"$gt": utc_now()}}]}
    if not sessions.end_all({**found.still, **in_time}, changes, Event.PASSWORD_RESET):
        raise SpentTokenError
    letters.release(profile.id)
