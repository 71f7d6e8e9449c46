"""Real processes that share a limit, and one that forks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from typing import Any

    from pymongo.collection import Collection

PROJECT = Path(__file__).parents[4]

CONNECT = """
import os, sys
import mongoengine
from app.services.throttle.storage import LeasedStorage
mongoengine.connect(host=sys.argv[1], uuidRepresentation="standard", tz_aware=True)
store, key = LeasedStorage(), f"LIMITER/shared/{sys.argv[2]}/1/hour"
"""
SERVE = """
print("ready", flush=True)
sys.stdin.readline()
served = sum(store.incr(key, 3600) <= int(sys.argv[2]) for _ in range(int(sys.argv[2])))
print(served)
"""
FORK = """
store.incr(key, 3600)
if os.fork() == 0:
    print(len(store._leases), flush=True)
    os._exit(0)
os.wait()
print(len(store._leases))
"""


def start(script: str, uri: str, limit: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CONNECT + script, uri, str(limit)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("processes", "limit", "most"),
    [(2, 60, 60), (2, 1200, 1320), (5, 1200, 1320)],
    ids=["two, exact", "two, leased", "five, leased"],
)
def test_processes_share_a_limit(
    counters: Collection[dict[str, Any]], mongodb_uri: str, processes: int, limit: int, most: int
) -> None:
    assert counters.count_documents({}) == 0
    running = [start(SERVE, mongodb_uri, limit) for _ in range(processes)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    # All are released before any is waited for.
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    served = sum(int(process.communicate(timeout=30)[0]) for process in running)
    assert limit <= served <= most


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_child_begins_without_leases(
    counters: Collection[dict[str, Any]], mongodb_uri: str
) -> None:
    assert counters.count_documents({}) == 0
    told, _ = start(FORK, mongodb_uri, 1200).communicate(timeout=30)
    assert told.split() == ["0", "1"]
