"""Letters: stored with the change that causes them, then jobs of their own.

MongoDB may be a single server, without transactions. So a letter is first a member of its account,
written by the very update that causes it: prepare() makes it, and the caller pushes it into
`pendingLetters`. After that update release() makes a job of it. Where a process dies in between, a
worker does that later. A letter's id is derived from its cause, so that no cause has two letters.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import orjson

from app.accounts.models import stored_accounts
from app.database import DATABASE_ERRORS, counters
from app.database.counters import after, if_else, is_ahead
from app.database.documents import derived_id, new_id, utc_now
#: if cookiecutter.field_encryption
from app.encryption import Place, current_cipher
#: endif
from app.extensions import settings
from app.jobs import service as jobs
from app.jobs.models import Job, JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.accounts.models import Profile

ROOM_SECONDS: Final = 3600
# Younger ones are about to be released by whoever wrote them.
_LEFT_SECONDS: Final = 5
_MOST_LEFT: Final = 100

logger = logging.getLogger(__name__)


class Purpose(StrEnum):
    """Why a letter is written; app/mail/templates/ has a pair of texts for each."""

    CONFIRM = "confirm"
    ACCOUNT_EXISTS = "account-exists"
    RESET = "reset"
    CHOOSE_PASSWORD = "choose-password"  # noqa: S105 - a name, and no password.
    CHANGE_EMAIL = "change-email"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a name, and no password.
    EMAIL_CHANGED = "email-changed"
    NEW_PLACE = "new-place"
    #: if cookiecutter.second_factor
    SECOND_FACTOR_SET_UP = "second-factor-set-up"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    #: endif


# What the texts of a letter want to know. Letters to addresses that are not confirmed quote nothing
# that somebody typed: otherwise a stranger could send words of their own to anybody.
VALUES: Final[Mapping[Purpose, frozenset[str]]] = {
    Purpose.CONFIRM: frozenset({"link"}),
    Purpose.ACCOUNT_EXISTS: frozenset(),
    Purpose.RESET: frozenset({"link"}),
    Purpose.CHOOSE_PASSWORD: frozenset({"link"}),
    Purpose.CHANGE_EMAIL: frozenset({"link"}),
    Purpose.PASSWORD_CHANGED: frozenset({"name"}),
    Purpose.EMAIL_CHANGED: frozenset({"name"}),
    Purpose.NEW_PLACE: frozenset({"name", "client"}),
    #: if cookiecutter.second_factor
    Purpose.SECOND_FACTOR_SET_UP: frozenset({"name"}),
    Purpose.SECOND_FACTOR_REMOVED: frozenset({"name"}),
    #: endif
}


# The settings that say how long the link of a letter works.
_LINK_SECONDS: Final[Mapping[Purpose, str]] = {
    Purpose.CONFIRM: "CONFIRM_TOKEN_SECONDS",
    Purpose.CHANGE_EMAIL: "CONFIRM_TOKEN_SECONDS",
    Purpose.RESET: "RESET_TOKEN_SECONDS",
    Purpose.CHOOSE_PASSWORD: "RESET_TOKEN_SECONDS",
}


def link_seconds(purpose: Purpose) -> int | None:
    """Return how long the link of a letter works; None where it has none."""
    name = _LINK_SECONDS.get(purpose)
    return None if name is None else getattr(settings, name)


def prepare(
    purpose: Purpose, account_id: UUID, to: str, language: str, cause: str, **values: str
) -> dict[str, Any]:
    """Return a letter as an account stores it, to be pushed into `pendingLetters`.

    *cause* names what happened, and nothing else that happens to this account: with the same cause
    no second letter of this purpose is sent. *values* are those of VALUES. In a pipeline the result
    stands in `$literal`. Writes nothing.
    """
    if values.keys() != VALUES[purpose]:
        message = f"a letter of {purpose} wants {', '.join(sorted(VALUES[purpose])) or 'no values'}"
        raise TypeError(message)
    letter_id = derived_id("letters", f"{account_id}:{purpose}:{cause}")
    content = {"purpose": purpose, "to": to, "language": language, "values": values}
    payload = orjson.dumps(content)
    #: if cookiecutter.field_encryption
    # Sealed for the job that it becomes.
    payload = current_cipher().encrypt(payload, Place("jobs", Job.payload.db_field, letter_id))
    #: endif
    return {"id": letter_id, "createdAt": utc_now(), "payload": payload}


def prepare_notice(purpose: Purpose, profile: Profile, **values: str) -> dict[str, Any]:
    """Return the letter that tells an owner what happens now, as prepare() does, by name."""
    cause = str(new_id())
    values["name"] = profile.display_name
    return prepare(purpose, profile.id, profile.email, profile.language, cause, **values)


def release(account_id: UUID) -> None:
    """Make jobs of an account's pending letters, and wake a worker.

    The change that caused them is done, so a database that is away raises nothing: a worker does it
    later.
    """
    try:
        _move(account_id)
    except DATABASE_ERRORS as error:
        logger.warning("letters are released later: %s", type(error).__name__)


def release_left() -> int:
    """Release what processes have left that ended too early; return for how many accounts."""
    left = {"pendingLetters.createdAt": {"$lte": utc_now() - timedelta(seconds=_LEFT_SECONDS)}}
    found = [*stored_accounts().find(left, {"_id": 1}).limit(_MOST_LEFT)]
    for account in found:
        # One that fails keeps no other from its letters.
        release(account["_id"])
    return len(found)


def has_room(who: UUID | str, purpose: Purpose, seconds: int = ROOM_SECONDS) -> bool:
    """Tell whether one more letter of a *purpose* may go to *who*, and count it.

    *who* is an account, or the key of an address (Account.email_index_for). Each purpose has a room
    of its own, of MAIL_LIMIT letters in so many seconds: a flood of one kind keeps no other from
    arriving.
    """
    is_on = is_ahead("$windowEnds")
    counter = counters.update(
        f"letters:{purpose}:{who}",
        [
            {
                "$set": {
                    "letters": if_else(is_on, {"$add": ["$letters", 1]}, 1),
                    "windowEnds": if_else(is_on, "$windowEnds", after(seconds)),
                }
            }
        ],
        seconds,
    )
    return bool(counter["letters"] <= settings.MAIL_LIMIT)


def _move(account_id: UUID) -> None:
    found = stored_accounts().find_one({"_id": account_id}, {"pendingLetters": 1}) or {}
    letters = found.get("pendingLetters", [])
    if not letters:
        return
    jobs.keep([_job_of(account_id, each) for each in letters], [e["payload"] for e in letters])
    moved = {"id": {"$in": [each["id"] for each in letters]}}
    stored_accounts().update_one({"_id": account_id}, {"$pull": {"pendingLetters": moved}})


def _job_of(account_id: UUID, letter: dict[str, Any]) -> Job:
    now = utc_now()
    return Job(
        id=letter["id"],
        created_at=letter["createdAt"],
        account=account_id,
        kind=JobKind.LETTER,
        # One of its own: has_room() bounds the number of letters.
        slot=letter["id"].int >> 65,
        due_at=now,
        #: if cookiecutter.task_queue
        send_at=now,
        #: endif
        # Where there is no worker to give it up, it is gone by itself.
        expires_at=letter["createdAt"] + timedelta(seconds=2 * settings.MAIL_EXPIRY_SECONDS),
    )
