"""`flask prepare`: what is done once when a server starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.database import DatabaseMismatchError, preparation
from app.database.documents import collection

if TYPE_CHECKING:
    import pytest
    from flask import Flask


def test_a_database_that_answers_is_prepared_silently(app: Flask) -> None:
    with app.app_context():
        collection("counters").drop_indexes()
    result = app.test_cli_runner().invoke(args=["prepare"])
    assert (result.exit_code, result.output) == (0, "")
    with app.app_context():
        assert "expiresAt_1" in collection("counters").index_information()


def test_a_silent_database_is_no_failure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "is_database_answering", lambda: False)
    result = app.test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 0
    assert result.output == "MongoDB does not answer: the server starts unready\n"


def test_a_mismatch_is_one_line_and_a_failure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def does_not_fit() -> None:
        raise DatabaseMismatchError("A KEY does not open what this database holds")

    monkeypatch.setattr(preparation, "prepare", does_not_fit)
    result = app.test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 1
    assert result.output == "Error: A KEY does not open what this database holds\n"
