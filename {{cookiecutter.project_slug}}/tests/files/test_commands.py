"""`flask files clean`: what it prints and how it exits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.database import preparation
from app.database.documents import utc_now
from app.files import service
from app.files.models import File
from dev import ports

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.object_store import Objects


@pytest.fixture
def abandoned(app: Flask, account: Person, objects: Objects) -> str:
    """Return the key of an object that was uploaded, and never confirmed in time."""
    with app.app_context():
        file = service.announce(account.id, "a.png", "image/png", 5)
        File.objects(id=file.id).update_one(set__deadline=utc_now() - timedelta(seconds=1))
    objects.put(str(file.key), b"12345", "image/png")
    return str(file.key)


def test_the_number_of_removed_files_is_printed(app, abandoned, objects):
    runner = app.test_cli_runner()
    result = runner.invoke(args=["files", "clean"])
    assert result.exit_code == 0
    assert result.output.splitlines() == ["objects removed    1", "documents removed  1"]
    assert abandoned not in objects.names()
    result = runner.invoke(args=["files", "clean"])
    assert result.output.splitlines() == ["objects removed    0", "documents removed  0"]


def test_a_store_that_is_away_is_one_line_and_a_failure_and_nothing_is_lost(
    app, make_app, store_settings, abandoned, objects
):
    address = f"http://127.0.0.1:{ports.find_free()}"
    away = make_app(**{**store_settings, "S3_ENDPOINT_URL": address})
    result = away.test_cli_runner().invoke(args=["files", "clean"])
    assert result.exit_code == 1
    # Log lines may come before it.
    assert result.output.splitlines()[-1] == (
        "Error: the object store does not carry this out: run it again later"
    )
    assert objects.names() == {abandoned}
    result = app.test_cli_runner().invoke(args=["files", "clean"])
    assert result.output.splitlines() == ["objects removed    1", "documents removed  1"]
    assert objects.names() == set()


def test_a_silent_database_is_one_line_and_a_failure(app, monkeypatch):
    monkeypatch.setattr(preparation, "is_database_answering", lambda: False)
    result = app.test_cli_runner().invoke(args=["files", "clean"])
    assert (result.exit_code, result.output) == (1, "Error: MongoDB does not answer\n")
