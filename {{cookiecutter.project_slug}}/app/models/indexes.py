"""The indexes of the collections, declared beside the documents and made from here alone.

Document classes declare theirs in meta["indexes"]. Collections without a class, such as
counters, declare theirs in their own module.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pymongo.errors import DuplicateKeyError, OperationFailure

from app.models.base import collection
from app.models.database_mismatch import DatabaseMismatchError
from app.models.document_classes import collection_name, document_classes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
