"""The stored counters: what a race leaves, and that they go away by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pymongo.errors import DuplicateKeyError

from app.services.throttle import counters as counting

if TYPE_CHECKING:
    from typing import Any

    from pymongo.collection import Collection


class LosingCollection:
    """A collection whose upserts lose a given number of races before they are let through."""

    def __init__(self, stored: Collection[dict[str, Any]], losses: int) -> None:
        self.stored = stored
        self.losses = losses
        self.find_one = stored.find_one

    def find_one_and_update(self, *arguments: Any, **options: Any) -> Any:
        """Lose, or update."""
        if self.losses:
            self.losses -= 1
            message = "E11000 duplicate key"
            raise DuplicateKeyError(message)
        return self.stored.find_one_and_update(*arguments, **options)


class SilentCollection(LosingCollection):
    """A collection that carries updates out without answering them."""

    def find_one_and_update(self, *arguments: Any, **options: Any) -> None:
        """Update, and say nothing."""
        self.stored.find_one_and_update(*arguments, **options)


def test_a_lost_race_is_run_again(
    counters: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    losing = LosingCollection(counters, losses=2)
    monkeypatch.setattr(counting, "collection", lambda _name: losing)
    assert counting.count("key", 60, 1).used == 1


def test_a_race_is_not_run_for_ever(
    counters: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    losing = LosingCollection(counters, losses=99)
    monkeypatch.setattr(counting, "collection", lambda _name: losing)
    with pytest.raises(DuplicateKeyError):
        counting.count("key", 60, 1)


def test_an_update_without_an_answer_is_read_back(
    counters: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = SilentCollection(counters, losses=0)
    monkeypatch.setattr(counting, "collection", lambda _name: silent)
    assert [counting.count("key", 60, 1).used for _ in range(2)] == [1, 2]


def test_counters_expire_with_their_window(counters: Collection[dict[str, Any]]) -> None:
    names = counters.create_indexes(counting.INDEXES)
    assert counters.index_information()[names[0]]["expireAfterSeconds"] == 0


def test_created_at_stays_and_updated_at_moves(counters: Collection[dict[str, Any]]) -> None:
    counting.count("key", 60, 1)
    before = counters.find_one()
    counting.count("key", 60, 1)
    after = counters.find_one()
    assert before is not None
    assert after is not None
    assert after["createdAt"] == before["createdAt"]
    assert after["updatedAt"] >= before["updatedAt"]
    assert after["windowEnds"] == before["windowEnds"]
