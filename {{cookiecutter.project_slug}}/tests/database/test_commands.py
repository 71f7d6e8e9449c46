"""`flask indexes ensure`: what it prints and how it exits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from app.database import preparation
from app.database.documents import collection
from app.database.preparation import EnsuredIndexes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@pytest.fixture
def conflicting_index(app: Flask) -> Iterator[None]:
    """Put an index of the same name and other options where the app wants its own."""
    with app.app_context():
        jails = collection("counters")
        jails.drop_indexes()
        jails.create_index("expiresAt", name="expiresAt_1", unique=True)
        yield
        jails.drop_indexes()
        app.test_cli_runner().invoke(args=["indexes", "ensure"])


def test_existing_and_new_indexes_are_printed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ensured = EnsuredIndexes(existing=("accounts.a_1",), made=("notes.b_1", "notes.c_1"))
    monkeypatch.setattr(preparation, "prepare", lambda: ensured)
    result = app.test_cli_runner().invoke(args=["indexes", "ensure"])
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "exists  accounts.a_1",
        "made    notes.b_1",
        "made    notes.c_1",
    ]


def test_a_dropped_index_is_made_again(app: Flask) -> None:
    with app.app_context():
        collection("counters").drop_indexes()
    runner = app.test_cli_runner()
    assert "made    counters.expiresAt_1" in runner.invoke(args=["indexes", "ensure"]).output
    assert "exists  counters.expiresAt_1" in runner.invoke(args=["indexes", "ensure"]).output


@pytest.mark.usefixtures("conflicting_index")
def test_a_conflict_is_one_line_and_a_failure(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["indexes", "ensure"])
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert line.startswith("Error: counters: ")
    assert "expiresAt_1" in line
    assert line.endswith("drop that index, then run `flask indexes ensure` again")


def test_a_silent_database_is_one_line_and_a_failure(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "is_database_answering", lambda: False)
    result = app.test_cli_runner().invoke(args=["indexes", "ensure"])
    assert (result.exit_code, result.output) == (1, "Error: MongoDB does not answer\n")


def test_a_database_that_goes_away_is_one_line_and_a_failure(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away() -> EnsuredIndexes:
        raise ServerSelectionTimeoutError("db.internal:27017: connection refused")

    monkeypatch.setattr(preparation, "prepare", is_away)
    result = app.test_cli_runner().invoke(args=["indexes", "ensure"])
    assert result.exit_code == 1
    assert result.output == (
        "Error: MongoDB did not carry this out (ServerSelectionTimeoutError)\n"
    )
