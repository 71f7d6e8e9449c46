"""Delete an account with everything it owns, however much that is and whoever still writes.

First one update closes the account: all sessions end but the one that asked, and earlier proofs of
identity are invalid. Then everything it owns is removed, a batch at a time, and then the account. A
request that was accepted before may still write: a mark in `deletions` outlives the account for as
long as that can happen, and every server removes what was written since.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import pymongo
from mongoengine import CASCADE, NULLIFY, PULL
from pymongo.errors import DuplicateKeyError

from app.accounts import admins
from app.accounts.models import Account, Deletion, stored_accounts
from app.audit import recording
from app.database import DATABASE_ERRORS, preparation
from app.database.documents import utc_now
from app.errors import ServiceUnavailableError, UnauthorizedError
#: if cookiecutter.uploads
from app.files import service as files
#: endif
from app.security_events import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from flask import Flask
    from mongoengine import Document

    from app.accounts.callers import Caller

BATCH: Final = 500
SWEEP_SECONDS: Final = 5
# A request can write for MONGODB_TIMEOUT_SECONDS at most; this is ten times as long.
KEPT_SECONDS: Final = 30
# The time for one pass over one account; the next pass continues.
PASS_SECONDS: Final = 20
MOST_SWEPT: Final = 100

logger = logging.getLogger(__name__)


def delete(caller: Caller) -> None:
    """Delete the caller's account with all that belongs to it.

    If one request's time is not enough, the same session may ask again; a server continues the
    deletion in any case. Raises UnauthorizedError where somebody else ended the session meanwhile.
    """
    account_id = caller.account_id
    # The mark comes first: once the account is closed, some server will finish the rest.
    _mark(account_id)
    # Nobody counts on an admin who is about to go. The last one may go, too.
    admins.forget(account_id)
    if not _close(caller):
        raise UnauthorizedError("the session ended meanwhile")
    _remove(account_id)


def sweep() -> None:
    """Remove what deleted accounts, and those being deleted, have left.

    Any number of servers may sweep: of two that find the same mark, one handles it.
    """
    #: if cookiecutter.uploads
    try:
        _sweep_marks()
    finally:
        _remove_objects()
    #: else
    _sweep_marks()
    #: endif


def keep_sweeping(app: Flask) -> None:
    """Sweep every few seconds, in a thread that ends with the process.

    It also moves audit events that wait in accounts.
    """
    Thread(target=_sweep_for_ever, args=(app,), name="deletions", daemon=True).start()


def _sweep_marks() -> None:
    for _ in range(MOST_SWEPT):
        with pymongo.timeout(PASS_SECONDS):
            now = utc_now()
            mark = Deletion.objects(due_at__lte=now).order_by("due_at").first()
            if mark is None:
                return
            due_at = now + timedelta(seconds=SWEEP_SECONDS)
            if Deletion.objects(id=mark.id, due_at=mark.due_at).update_one(set__due_at=due_at):
                _sweep_after(mark, due_at)


#: if cookiecutter.uploads
def _remove_objects() -> None:
    """Remove objects from the store, once for all marks: a store that is away delays no mark."""
    try:
        with pymongo.timeout(PASS_SECONDS):
            files.remove_ownerless()
    except ServiceUnavailableError:
        logger.info("objects of deleted accounts are removed later: the store is away")


#: endif
def _sweep_for_ever(app: Flask) -> None:
    while True:
        time.sleep(SWEEP_SECONDS)
        try:
            with app.app_context():
                # An app that does not fit the database must not change it.
                preparation.ensure_prepared()
                try:
                    sweep()
                finally:
                    with pymongo.timeout(PASS_SECONDS):
                        recording.move_left(recording.SWEPT_AFTER)
        except (ServiceUnavailableError, *DATABASE_ERRORS) as error:
            logger.info("deletions go on later: %s", type(error).__name__)
        except Exception:
            logger.exception("deletions go on later")


def _mark(account_id: UUID) -> None:
    now = utc_now()
    due_at = now + timedelta(seconds=SWEEP_SECONDS)
    with suppress(DuplicateKeyError):
        _raw(Deletion).update_one(
            {"_id": account_id},
            {"$set": {"dueAt": due_at, "updatedAt": now}, "$setOnInsert": {"createdAt": now}},
            upsert=True,
        )


def _close(caller: Caller) -> bool:
    """End all sessions but the one that asks, once; tell whether that one is still valid."""
    now = utc_now()
    closing = {
        "deletionBeganAt": now,
        #: if cookiecutter.oauth == "client"
        "credentialsEndedAt": now,
        #: endif
    }
    # Without password and identities nobody can log in, or learn that it is being deleted.
    change = {
        "$set": closing,
        "$unset": {"passwordHash": True, "identities": True},
        "$inc": {"credentialVersion": 1},
        "$pull": {"sessions": {"id": {"$ne": caller.session_id}}},
    }
    asking = {"_id": caller.account_id, "sessions.id": caller.session_id}
    open_still = {**asking, "deletionBeganAt": None}
    if recording.change_account(open_still, change, Event.ACCOUNT_DELETED):
        return True
    return stored_accounts().find_one(asking, {"_id": 1}) is not None


def _remove(account_id: UUID) -> None:
    """Remove what an account owns, then the account."""
    for owned, field, rule in _owned_classes():
        found = owned.objects(**{field: account_id})
        if rule == CASCADE:
            while batch := [*found.limit(BATCH).scalar("pk")]:
                owned.objects(pk__in=batch).delete()
        elif rule == NULLIFY:
            found.update(**{f"unset__{field}": True})
        elif rule == PULL:
            found.update(**{f"pull__{field}": account_id})
    # Whoever made it an admin meanwhile.
    admins.forget(account_id)
    recording.move_of(account_id)
    _raw(Account).delete_one(
        {
            "_id": account_id,
            "deletionBeganAt": {"$exists": True},
            "pendingEvents._id": {"$exists": False},
        }
    )


def _sweep_after(mark: Deletion, due_at: Any) -> None:
    account = _raw(Account).find_one({"_id": mark.id}, {"deletionBeganAt": 1})
    if account is not None and "deletionBeganAt" not in account:
        # Whoever made the mark did not finish. They may have started again and renewed it.
        Deletion.objects(id=mark.id, due_at=due_at).delete()
        return
    is_last = mark.created_at <= utc_now() - timedelta(seconds=KEPT_SECONDS)
    _remove(mark.id)
    if is_last:
        Deletion.objects(id=mark.id).delete()


def _owned_classes() -> Iterator[tuple[type[Document], str, int]]:
    """Yield every class that refers to accounts: its field, and what deletion does to it."""
    rules = Account._meta.get("delete_rules") or {}  # noqa: SLF001 - it has no public name.
    for (owned, field), rule in rules.items():
        if not owned._meta.get("abstract"):  # noqa: SLF001 - as above.
            yield owned, field, rule


def _raw(document_class: type[Document]) -> Any:
    return document_class._get_collection()  # noqa: SLF001 - mongoengine's accessor.
