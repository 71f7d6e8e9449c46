"""An app uses a database only after preparing it."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from pymongo.errors import ServerSelectionTimeoutError

from app.database import preparation
from app.database.documents import collection
from app.database.preparation import EnsuredIndexes, IndexConflictError
from app.errors import ServiceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

MADE = EnsuredIndexes(existing=(), made=())


class CountedPreparation:
    """Stands for the database: counts calls and raises the given failures first."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls = 0

    def __call__(self) -> EnsuredIndexes:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return MADE


@pytest.fixture
def unprepared_app(app: Flask) -> Iterator[Flask]:
    """Yield an app like *app* that is not prepared, with its context entered."""
    unprepared = Flask("unprepared")
    unprepared.extensions |= app.extensions
    preparation.init_app(unprepared)
    with unprepared.app_context():
        yield unprepared


@pytest.mark.usefixtures("unprepared_app")
def test_preparing_makes_the_indexes_of_documents_and_of_counters() -> None:
    collection("counters").drop_indexes()
    made = preparation.prepare().made
    assert "counters.expiresAt_1" in made
    assert collection("accounts").index_information()["emailIndex_1"]["unique"]


@pytest.mark.usefixtures("unprepared_app")
def test_preparing_makes_no_account() -> None:
    preparation.prepare()
    assert collection("accounts").count_documents({}) == 0


@pytest.mark.usefixtures("unprepared_app")
def test_preparing_again_makes_nothing() -> None:
    first = preparation.prepare()
    second = preparation.prepare()
    assert second.made == ()
    assert sorted(second.existing) == sorted(first.existing + first.made)


@pytest.mark.usefixtures("unprepared_app")
def test_after_the_first_success_the_database_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = CountedPreparation()
    monkeypatch.setattr(preparation, "prepare", counted)
    for _ in range(3):
        preparation.ensure_prepared()
    assert counted.calls == 1


def test_each_app_is_prepared_separately(
    unprepared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = CountedPreparation()
    monkeypatch.setattr(preparation, "prepare", counted)
    preparation.ensure_prepared()
    other = Flask("other")
    other.extensions |= unprepared_app.extensions
    preparation.init_app(other)
    with other.app_context():
        preparation.ensure_prepared()
    assert counted.calls == 2


FAILURES = {
    ServerSelectionTimeoutError("db.internal:27017: connection refused"): (
        logging.WARNING,
        "MongoDB is not prepared yet: ServerSelectionTimeoutError",
    ),
    IndexConflictError("accounts: an index is in the way"): (
        logging.CRITICAL,
        "accounts: an index is in the way",
    ),
}


@pytest.mark.usefixtures("unprepared_app")
@pytest.mark.parametrize("failure", FAILURES, ids=["silent", "mismatch"])
def test_a_failure_is_logged_refused_and_tried_again_by_the_next_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    counted = CountedPreparation(failure)
    monkeypatch.setattr(preparation, "prepare", counted)
    with pytest.raises(ServiceUnavailableError):
        preparation.ensure_prepared()
    record = caplog.records[-1]
    assert (record.levelno, record.getMessage()) == FAILURES[failure]
    preparation.ensure_prepared()
    assert counted.calls == 2


def test_threads_that_come_at_once_prepare_once(
    unprepared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = CountedPreparation()
    monkeypatch.setattr(preparation, "prepare", counted)
    barrier = Barrier(8)

    def request(_: int) -> None:
        with unprepared_app.app_context():
            barrier.wait()
            preparation.ensure_prepared()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(request, range(8)))
    assert counted.calls == 1


class Held:
    """A lock that another thread has held, and the state it left."""

    def __init__(self, state: Any, **left: Any) -> None:
        self.state, self.left = state, left

    def acquire(self, timeout: float) -> bool:
        for name, value in self.left.items():
            setattr(self.state, name, value)
        return timeout > 0

    def release(self) -> None:
        """Do nothing: no lock was taken."""


def test_a_request_that_waited_for_a_success_passes(
    unprepared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = preparation.state.of(unprepared_app)
    counted = CountedPreparation()
    monkeypatch.setattr(preparation, "prepare", counted)
    state.lock = Held(state, is_done=True)
    preparation.ensure_prepared()
    assert counted.calls == 0


def test_a_request_that_waited_for_a_failure_does_not_try_again(
    unprepared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = preparation.state.of(unprepared_app)
    counted = CountedPreparation()
    monkeypatch.setattr(preparation, "prepare", counted)

    state.lock = Held(state, failures=1)
    with pytest.raises(ServiceUnavailableError):
        preparation.ensure_prepared()
    assert counted.calls == 0


def test_a_request_that_waits_too_long_is_refused(
    unprepared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = unprepared_app.extensions["settings"]
    unprepared_app.extensions["settings"] = settings.model_copy(
        update={"MONGODB_TIMEOUT_SECONDS": 0.01}
    )
    counted = CountedPreparation()
    monkeypatch.setattr(preparation, "prepare", counted)
    with (
        preparation.state.of(unprepared_app).lock,
        pytest.raises(ServiceUnavailableError),
    ):
        preparation.ensure_prepared()
    assert counted.calls == 0


@pytest.mark.usefixtures("unprepared_app")
def test_an_answering_database_is_distinguished_from_a_silent_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert preparation.is_database_answering()

    def is_silent() -> None:
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(preparation, "get_db", is_silent)
    assert not preparation.is_database_answering()
