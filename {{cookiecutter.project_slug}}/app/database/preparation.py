"""Prepare a database for an app, once per app: check its keys and make its indexes.

Three callers: `flask prepare` before a server starts, `flask indexes ensure` in a release,
and a hook before each request, so that a process started while MongoDB was away begins to
serve by itself when it is back, and one that does not fit the database never writes to it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import pymongo
from mongoengine import get_db
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from app.database import DatabaseMismatchError, connection, counters
from app.database.documents import collection, collection_name, document_classes
#: if cookiecutter.field_encryption
from app.encryption.key_check import verify_keys
#: endif
from app.errors import ServiceUnavailableError
from app.extensions import PerApp, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask import Flask
    from pymongo import IndexModel

# MongoDB's error codes IndexOptionsConflict and IndexKeySpecsConflict.
_CONFLICTS = frozenset({85, 86})


class IndexConflictError(DatabaseMismatchError):
    """Raised when an index cannot be made beside what the collection holds."""


@dataclass(frozen=True, slots=True)
class EnsuredIndexes:
    """Names of indexes, as collection.index: those that were there and those just made."""

    existing: tuple[str, ...]
    made: tuple[str, ...]


def ensure_indexes(unmodelled: Mapping[str, Sequence[IndexModel]]) -> EnsuredIndexes:
    """Make every declared index that is missing; raise IndexConflictError where one cannot be.

    *unmodelled* has the indexes of collections without a document class, by collection.
    Indexes that nobody declared are left alone: an operator may have added them.
    """
    makers = _makers(unmodelled)
    names = sorted({name for name, _ in makers})
    before = _index_names(names)
    for name, make in makers:
        _attempt(name, make)
    made = [index for index in _index_names(names) if index not in before]
    return EnsuredIndexes(existing=tuple(before), made=tuple(made))


def _makers(
    unmodelled: Mapping[str, Sequence[IndexModel]],
) -> list[tuple[str, Callable[[], object]]]:
    modelled: list[tuple[str, Callable[[], object]]] = [
        (collection_name(document_class), document_class.ensure_indexes)
        for document_class in document_classes()
    ]
    return modelled + [
        (name, partial(collection(name).create_indexes, list(models)))
        for name, models in unmodelled.items()
    ]


def _index_names(names: list[str]) -> list[str]:
    # Every collection has the index of _id, and nobody declares it.
    return [
        f"{name}.{index}"
        for name in names
        for index in sorted(collection(name).index_information())
        if index != "_id_"
    ]


def _attempt(name: str, make: Callable[[], object]) -> None:
    try:
        make()
    except DuplicateKeyError as error:
        # The server's own text quotes the value.
        message = f"{name}: two documents have the same value where an index wants it unique"
        raise IndexConflictError(message) from error
    except OperationFailure as error:
        if error.code not in _CONFLICTS:
            raise
        reason = (error.details or {}).get("errmsg", "an index conflicts with the declared one")
        message = f"{name}: {reason}; drop that index, then run `flask indexes ensure` again"
        raise IndexConflictError(message) from error


# How long a starting server waits for MongoDB before it starts unready.
ANSWER_SECONDS = 3.0

# Collections that no document class models.
UNMODELLED: Mapping[str, Sequence[IndexModel]] = {
    counters.COLLECTION: counters.INDEXES,
}

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Preparation:
    """How far one app is; once it is done, it stays done."""

    is_done: bool = False
    failures: int = 0
    lock: Lock = field(default_factory=Lock)


state: PerApp[_Preparation] = PerApp("preparation")


def init_app(app: Flask) -> None:
    """Give *app* its own state: another app may need another database."""
    state.bind(app, _Preparation())


def prepare() -> EnsuredIndexes:
    """Check the keys and make missing indexes; running it again changes nothing.

    Raises DatabaseMismatchError where an operator is needed, PyMongoError where MongoDB does
    not answer. Building indexes of large collections has no time limit: a caller that cannot
    wait uses pymongo.timeout().
    """
    #: if cookiecutter.field_encryption
    # First, since an app with a wrong key must not change anything.
    verify_keys()
    #: endif
    return ensure_indexes(UNMODELLED)


def is_database_answering() -> bool:
    """Tell whether MongoDB answers within ANSWER_SECONDS."""
    try:
        with pymongo.timeout(ANSWER_SECONDS):
            get_db().command("ping")
    except PyMongoError:
        return False
    return True


def ensure_prepared() -> None:
    """Let the caller pass once the database is prepared; raise ServiceUnavailableError until then.

    After the first success this only reads an attribute. Before, one thread prepares and the
    others wait for its result, at most MONGODB_TIMEOUT_SECONDS or what is left of the
    request's time.
    """
    preparation = state.current()
    if not preparation.is_done:
        with connection.deadline_in(settings.MONGODB_TIMEOUT_SECONDS):
            _prepare_once(preparation)


def _prepare_once(preparation: _Preparation) -> None:
    failures_before = preparation.failures
    if not preparation.lock.acquire(timeout=connection.seconds_left()):
        raise ServiceUnavailableError
    try:
        # Another thread may have finished while this one waited. If it failed, this one does not
        # try again: the waits would add up to more than a request may take.
        if preparation.is_done:
            return
        if preparation.failures != failures_before:
            raise ServiceUnavailableError
        _try_preparing(preparation)
    finally:
        preparation.lock.release()


def _try_preparing(preparation: _Preparation) -> None:
    try:
        prepare()
    except DatabaseMismatchError as error:
        preparation.failures += 1
        logger.critical("%s", error)
        raise ServiceUnavailableError from error
    except PyMongoError as error:
        preparation.failures += 1
        logger.warning("MongoDB is not prepared yet: %s", type(error).__name__)
        raise ServiceUnavailableError from error
    preparation.is_done = True
