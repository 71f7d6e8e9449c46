"""The embedded database: what it keeps, when it refuses to start, and that it always ends."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from pymongo import MongoClient

from config.environment import PROJECT
from dev import database, folder_locks, ports
from dev.children import STOP_SECONDS
from dev.database import EmbeddedDatabaseError, embedded_database

if TYPE_CHECKING:
    from pathlib import Path

STARTER = """
import pathlib, sys, time
from dev.children import STOP_SECONDS
from dev.database import embedded_database
with embedded_database(pathlib.Path(sys.argv[1]), is_durable=True) as port:
    print(port, flush=True)
    time.sleep(60)
"""


def start(folder: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-c", STARTER, str(folder)]
    starter = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    with starter.stdout as output:
        return starter, int(output.readline())


def await_end(port: int) -> None:
    deadline = time.monotonic() + 2 * STOP_SECONDS
    while ports.answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_database_ends_with_its_starter_and_keeps_what_was_written(tmp_path: Path) -> None:
    starter, port = start(tmp_path / "mongo")
    with MongoClient[dict[str, Any]](port=port) as client:
        client.kept.things.insert_one({"_id": 1})
    starter.kill()
    starter.wait()
    await_end(port)
    with (
        embedded_database(tmp_path / "mongo", is_durable=True) as port,
        MongoClient[dict[str, Any]](port=port) as client,
    ):
        assert client.kept.things.find_one() == {"_id": 1}


def test_folder_in_use_is_refused_with_a_way_to_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_locks, "PATIENCE_SECONDS", 0)
    folder = tmp_path / "mongo"
    with embedded_database(folder, is_durable=False) as port:
        message = f"in use: set MONGODB_URI=mongodb://127.0.0.1:{port} to share"
        with (
            pytest.raises(EmbeddedDatabaseError, match=message),
            embedded_database(folder, is_durable=False),
        ):
            pass


def test_damaged_folder_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(database, "ATTEMPTS", 1)
    folder = tmp_path / "mongo"
    folder.mkdir()
    (folder / "WiredTiger").write_bytes(b"damaged")
    (folder / "WiredTiger.wt").write_bytes(b"damaged")
    (folder / "WiredTiger.turtle").write_bytes(b"damaged")
    with (
        pytest.raises(EmbeddedDatabaseError, match="does not start on"),
        embedded_database(folder, is_durable=False),
    ):
        pass
    capfd.readouterr()


def test_without_the_database_package_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with (
        pytest.raises(EmbeddedDatabaseError, match="set MONGODB_URI"),
        embedded_database(tmp_path / "mongo", is_durable=False),
    ):
        pass
