"""The counters: they survive races, and expire."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pymongo.errors import DuplicateKeyError

from app.database import counters
from app.database.documents import collection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from pymongo.collection import Collection

ADDING: counters.Stages = [{"$set": {"hits": {"$add": [{"$ifNull": ["$hits", 0]}, 1]}}}]


@pytest.fixture
def stored(app: Flask) -> Iterator[Collection[dict[str, Any]]]:
    """Return the collection, empty, in the context of an app."""
    with app.app_context():
        yield collection(counters.COLLECTION)


def add(_number: int = 0) -> int:
    hits: int = counters.update("key", ADDING, 60)["hits"]
    return hits


class LosingCollection:
    """A collection whose upserts lose a given number of races before they are let through."""

    def __init__(self, stored: Collection[dict[str, Any]], losses: int) -> None:
        self.stored, self.losses = stored, losses
        self.find_one = stored.find_one

    def find_one_and_update(self, *arguments: Any, **options: Any) -> Any:
        """Lose the race, or update."""
        if self.losses:
            self.losses -= 1
            message = "E11000 duplicate key"
            raise DuplicateKeyError(message)
        return self.stored.find_one_and_update(*arguments, **options)


class SilentCollection(LosingCollection):
    """A collection that applies updates without answering them."""

    def find_one_and_update(self, *arguments: Any, **options: Any) -> None:
        """Update, and return nothing."""
        self.stored.find_one_and_update(*arguments, **options)


def test_an_update_that_lost_a_race_is_repeated(
    stored: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    losing = LosingCollection(stored, losses=2)
    monkeypatch.setattr(counters, "collection", lambda _name: losing)
    assert add() == 1


def test_a_lost_race_is_not_repeated_for_ever(
    stored: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    losing = LosingCollection(stored, losses=99)
    monkeypatch.setattr(counters, "collection", lambda _name: losing)
    with pytest.raises(DuplicateKeyError):
        add()


def test_an_update_without_an_answer_is_read_back(
    stored: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = SilentCollection(stored, losses=0)
    monkeypatch.setattr(counters, "collection", lambda _name: silent)
    assert [add() for _ in range(2)] == [1, 2]


def test_of_many_first_updates_at_once_none_is_lost(app: Flask) -> None:
    def add_there(number: int) -> int:
        with app.app_context():
            return add(number)

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(add_there, range(12)))
    with app.app_context():
        # An update that the embedded database did not answer may count twice.
        assert 13 <= add() <= 25


def test_counters_expire(stored: Collection[dict[str, Any]]) -> None:
    add()
    counter = stored.find_one()
    assert counter is not None
    kept = counter["expiresAt"] - counter["updatedAt"]
    assert kept.total_seconds() == 60
    assert stored.index_information()["expiresAt_1"]["expireAfterSeconds"] == 0


def test_created_at_stays_and_updated_at_moves(stored: Collection[dict[str, Any]]) -> None:
    add()
    before = stored.find_one()
    add()
    counters.update_all({"key": ADDING}, unused={"hits": 0})
    after = stored.find_one()
    assert before is not None
    assert after is not None
    assert after["hits"] == 3
    assert after["createdAt"] == before["createdAt"]
    assert after["updatedAt"] >= before["updatedAt"]


def test_a_change_of_several_counters_makes_no_new_ones(
    stored: Collection[dict[str, Any]],
) -> None:
    counters.update_all({"key": ADDING, "other": ADDING}, unused={"hits": 0})
    counters.update_all({}, unused={})
    assert stored.count_documents({}) == 0


def test_several_counters_are_changed_by_one_command(app: Flask, listen: Any) -> None:
    with app.app_context(), listen() as commands:
        counters.update_all({"key": ADDING, "other": ADDING}, unused={"hits": 0})
    assert [command.name for command in commands] == ["update"]


def test_unused_counters_end_and_others_do_not(stored: Collection[dict[str, Any]]) -> None:
    add()
    before = stored.find_one()
    counters.update_all({"key": ADDING}, unused={"hits": 0, "kinds": []})
    assert before is not None
    assert stored.count_documents({"expiresAt": before["expiresAt"]}) == 1
    nothing: counters.Stages = [{"$set": {"hits": 0, "kinds": []}}]
    counters.update_all({"key": nothing}, unused={"hits": 0, "kinds": []})
    ended = stored.find_one()
    assert ended is not None
    assert ended["expiresAt"] == ended["updatedAt"]
    assert add() == 1
    after = stored.find_one()
    assert after is not None
    assert after["expiresAt"] - after["updatedAt"] == timedelta(seconds=60)
