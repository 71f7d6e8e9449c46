"""Slow commands are logged by name and collection, and never by value."""

from __future__ import annotations

import mongoengine
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from app import create_app
from app.observability.slow_queries import SlowQueries
from config.testing import Testing
from tests.fixtures.accounts import CANARY

LOGGER = "app.observability.slow_queries"


@pytest.fixture
def collection(mongodb_uri, emptied_database):
    """Return a collection all of whose commands are slow."""
    client = MongoClient(mongodb_uri, event_listeners=[SlowQueries(0)])
    yield client[emptied_database.name]["things"]
    # Documents of the app have more members than these.
    client[emptied_database.name].drop_collection("things")
    client.close()


def told(caplog):
    return [
        (record.command, record.collection) for record in caplog.records if record.name == LOGGER
    ]


def test_a_slow_command_is_logged_by_name_and_collection(collection, caplog):
    collection.find_one({"word": CANARY})
    assert told(caplog) == [("find", "things")]
    (record,) = caplog.records
    assert record.durationMs >= 0
    assert record.getMessage() == "slow query"
    assert CANARY not in str(record.__dict__)


def test_the_next_page_is_logged_by_its_collection_and_not_its_cursor(collection, caplog):
    collection.insert_many([{"number": number} for number in range(3)])
    caplog.clear()
    assert len(list(collection.find(batch_size=2))) == 3
    assert told(caplog) == [("find", "things"), ("getMore", "things")]


def test_a_command_about_no_collection_names_none(collection, caplog):
    collection.database.command("ping")
    assert told(caplog) == [("ping", None)]


def test_a_slow_command_that_fails_is_logged_too(collection, caplog):
    with pytest.raises(OperationFailure):
        collection.update_one({}, {"$unknown": {"word": CANARY}})
    assert told(caplog) == [("update", "things")]


def test_a_quick_command_is_not_logged(mongodb_uri, caplog):
    with MongoClient(mongodb_uri, event_listeners=[SlowQueries(60_000)]) as client:
        client.admin.command("ping")
    assert told(caplog) == []


def test_settings_say_what_is_slow(monkeypatch):
    given = {}
    monkeypatch.setattr(mongoengine, "connect", given.update)
    create_app(Testing(SLOW_QUERY_MILLISECONDS=7))
    assert given["event_listeners"] == [SlowQueries(7)]


def test_listeners_of_one_threshold_are_alike():
    assert SlowQueries(5) == SlowQueries(5)
    assert SlowQueries(5) != SlowQueries(6)
