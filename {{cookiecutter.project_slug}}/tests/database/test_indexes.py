"""Indexes are made from their declarations, and a conflict is one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from app.database.documents import collection, new_id, utc_now
from app.database.preparation import IndexConflictError, ensure_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

COLLECTION = "test_counters"


@pytest.fixture(autouse=True)
def _counters(app: Flask) -> Iterator[None]:
    """Begin and end without the collection of counters."""
    with app.app_context():
        collection(COLLECTION).drop()
        yield
        collection(COLLECTION).drop()


def test_an_index_of_a_collection_without_a_class_is_made_once() -> None:
    declared = {COLLECTION: [IndexModel("key"), IndexModel("until", expireAfterSeconds=0)]}
    assert [name for name in ensure_indexes(declared).made if name.startswith(COLLECTION)] == [
        "test_counters.key_1",
        "test_counters.until_1",
    ]
    again = ensure_indexes(declared)
    assert again.made == ()
    assert "test_counters.key_1" in again.existing


def test_an_index_that_nobody_declared_stays() -> None:
    collection(COLLECTION).create_index("operators_own")
    ensure_indexes({COLLECTION: [IndexModel("key")]})
    assert "operators_own_1" in collection(COLLECTION).index_information()


def test_an_index_with_other_options_is_a_conflict() -> None:
    collection(COLLECTION).create_index("key", name="key_1")
    with pytest.raises(IndexConflictError, match=r"^test_counters: .*key_1.*; drop that index"):
        ensure_indexes({COLLECTION: [IndexModel("key", unique=True)]})


def test_values_that_are_not_unique_are_reported_without_showing_them() -> None:
    for _ in range(2):
        now = utc_now()
        collection(COLLECTION).insert_one(
            {"_id": new_id(), "key": "a secret", "createdAt": now, "updatedAt": now}
        )
    with pytest.raises(IndexConflictError) as conflict:
        ensure_indexes({COLLECTION: [IndexModel("key", unique=True)]})
    assert str(conflict.value) == (
        "test_counters: two documents have the same value where an index wants it unique"
    )


def test_other_errors_of_the_server_are_raised_unchanged() -> None:
    with pytest.raises(OperationFailure) as failure:
        ensure_indexes({COLLECTION: [IndexModel([("key", "no such kind")])]})
    assert not isinstance(failure.value, IndexConflictError)
