"""The throttle: its exactness in one and several processes, its memory and its queries."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from limits.errors import StorageError

from app import throttle
from app.addresses import Network
from app.database import counters
from app.database.keyed_hashes import id_for
from app.errors import ServiceUnavailableError
from app.throttle import Hit, Throttle, stores
from app.throttle.stores import DatabaseStore, LimitsStore, Order, Taken
from config.environment import PROJECT, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from pymongo.database import Database

ADDRESS = "192.0.2.7"

SERVE = """
import sys
from app import create_app, throttle
from app.addresses import Network
from config.testing import Testing
uri, secret, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
with create_app(Testing(MONGODB_URI=uri, SECRET_KEY=secret)).app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    caller = [Network("shared", 1)]
    count = throttle.app_throttle.current().count
    hits = [
        count("default", f"{limit} per hour", "key", caller, is_strict=False) for _ in range(limit)
    ]
    print(sum(not hit.is_refused for hit in hits))
"""


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def app_throttle() -> Throttle:
    """Return the throttle of one process."""
    return Throttle(DatabaseStore())


class CountingStore(DatabaseStore):
    """The database's store, with a count of its calls."""

    def __init__(self) -> None:
        self.asked = 0

    def take(self, order: Order) -> Taken:
        """Count the call, and answer it."""
        self.asked += 1
        return super().take(order)


def hit(app_throttle: Throttle, limits: str, *, size: int = 1, is_strict: bool = False) -> Hit:
    found = app_throttle.count(
        "default", limits, "key", [Network(ADDRESS, size)], is_strict=is_strict
    )
    assert found is not None
    return found


def serve(app_throttle: Throttle, limits: str, hits: int) -> int:
    """Return how many of *hits* pass."""
    return sum(not hit(app_throttle, limits).is_refused for _ in range(hits))


@pytest.mark.parametrize("limit", [1, 7, 99, 100, 101, 250, 1200])
def test_a_single_process_serves_exactly_the_limit(app_throttle: Throttle, limit: int) -> None:
    assert serve(app_throttle, f"{limit} per minute", limit) == limit
    assert serve(app_throttle, f"{limit} per minute", 3) == 0


@pytest.mark.parametrize("limit", [50, 1200], ids=["exact", "in blocks"])
def test_a_limit_holds_against_sixteen_threads(
    app: Flask, app_throttle: Throttle, limit: int
) -> None:
    def serve_there(_number: int) -> int:
        with app.app_context():
            return serve(app_throttle, f"{limit} per minute", limit // 16 + 5)

    # One first hit: of many at once, the embedded database does not answer each.
    served = serve(app_throttle, f"{limit} per minute", 1)
    with ThreadPoolExecutor(16) as threads:
        served += sum(threads.map(serve_there, range(16)))
    assert served + serve(app_throttle, f"{limit} per minute", limit) == limit


@pytest.mark.parametrize("processes", [2, 5, 16, 60])
@pytest.mark.parametrize("limit", [60, 300])
def test_processes_never_exceed_a_limit_nor_fall_short_by_more_than_a_tenth(
    processes: int, limit: int
) -> None:
    gates = [Throttle(DatabaseStore()) for _ in range(processes)]
    served = sum(
        serve(gates[number % processes], f"{limit} per minute", 1)
        for number in range(limit + limit // 2)
    )
    least = limit if limit < 100 else limit - limit // 10
    assert least <= served <= limit


def test_processes_that_died_hold_no_more_than_a_tenth(app_throttle: Throttle) -> None:
    # Each takes as large a block as possible, and dies.
    served = 0
    for _ in range(60):
        dying = Throttle(DatabaseStore())
        served += serve(dying, "1200 per minute", 8)
    served += serve(app_throttle, "1200 per minute", 1200)
    assert 1080 <= served <= 1200


@pytest.mark.checklist("access.throttle")
@pytest.mark.parametrize(("processes", "limit"), [(2, 60), (3, 600)], ids=["exact", "in blocks"])
def test_real_processes_share_a_limit(
    app: Flask, mongodb_uri: str, processes: int, limit: int
) -> None:
    secret = app.extensions["settings"].SECRET_KEY
    # One first hit: of many at once, the embedded database does not answer each.
    shared = [Network("shared", 1)]
    Throttle(DatabaseStore()).count("default", f"{limit} per hour", "key", shared, is_strict=False)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SERVE, mongodb_uri, secret, str(limit)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    # All are started before any is awaited.
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    served = 1 + sum(int(process.communicate(timeout=60)[0]) for process in running)
    assert (limit if limit < 100 else limit - limit // 10) <= served <= limit


def test_a_large_limit_is_rarely_asked_for() -> None:
    store = CountingStore()
    assert serve(Throttle(store), "1200 per minute", 1000) == 1000
    assert store.asked < 50


@pytest.mark.parametrize("limit", [20, 200], ids=["exact", "in blocks"])
def test_who_was_refused_is_refused_again_without_asking(limit: int) -> None:
    store = CountingStore()
    app_throttle = Throttle(store)
    serve(app_throttle, f"{limit} per minute", limit + 1)
    asked = store.asked
    assert serve(app_throttle, f"{limit} per minute", 5) == 0
    assert store.asked == asked


@pytest.mark.parametrize("limit", [5, 100], ids=["exact", "in blocks"])
def test_a_window_ends(app_throttle: Throttle, limit: int) -> None:
    limited = f"{limit} per 3 seconds"
    begun = time.monotonic()
    served = serve(app_throttle, limited, limit + 1)
    if time.monotonic() - begun < 3:
        assert served == limit
    time.sleep(3.05)
    assert not hit(app_throttle, limited).is_refused


def test_a_hit_passes_if_its_window_ends_while_the_store_answers() -> None:
    class LateStore(DatabaseStore):
        def take(self, order: Order) -> Taken:
            taken = super().take(order)
            time.sleep(taken.ends_in)
            return taken

    assert serve(Throttle(LateStore()), "100 per second", 2) == 2


def test_being_refused_in_one_window_does_not_last_into_the_next() -> None:
    window = throttle._Window(5, 60)
    asked_at = time.monotonic()
    window.enter(Taken(0, 5, 60, 1), 5, asked_at)
    window.enter(Taken(1, 1, 60, 2), 5, asked_at)
    assert not window.is_used_up
    # A late answer about the previous window changes nothing.
    window.enter(Taken(0, 5, 60, 1), 5, asked_at)
    assert not window.is_used_up


def test_hits_paid_for_in_a_window_are_not_served_in_the_next(app_throttle: Throttle) -> None:
    # Long enough for both however busy the machine is: where it was not, the next one is tried.
    for seconds in (2, 4, 8, 16):
        limited = f"100 per {seconds} seconds"
        first = Throttle(DatabaseStore())
        serve(first, limited, 2)
        time.sleep(seconds + 0.05)
        began = time.monotonic()
        served = serve(app_throttle, limited, 100) + serve(first, limited, 100)
        if time.monotonic() - began < seconds:
            break
    assert served <= 100


def test_the_remaining_hits_are_reported(app_throttle: Throttle) -> None:
    for limit in (50, 200):
        serve(app_throttle, f"{limit} per minute", 30)
        told = hit(app_throttle, f"{limit} per minute")
        assert (told.limit, told.seconds, told.remaining) == (limit, 60, limit - 31)
        assert 0 < told.ends_in <= 60


def test_the_tightest_of_several_limits_is_reported_and_refuses(app_throttle: Throttle) -> None:
    limits = "100 per hour; 2 per minute"
    told = hit(app_throttle, limits)
    assert (told.policy, told.limit, told.remaining) == ("default-2", 2, 1)
    assert serve(app_throttle, limits, 2) == 1
    told = hit(app_throttle, limits)
    assert (told.policy, told.is_refused) == ("default-2", True)


def test_a_larger_network_may_do_more(app_throttle: Throttle) -> None:
    networks = [Network("2001:db8::/64", 1), Network("2001:db8::/56", 4)]
    for _ in range(2):
        app_throttle.count("default", "2 per minute", "key", networks, is_strict=False)
    refused = app_throttle.count("default", "2 per minute", "key", networks, is_strict=False)
    assert refused is not None
    assert refused.is_refused
    others = [
        app_throttle.count("default", "2 per minute", "key", [networks[1]], is_strict=False)
        for _ in range(2)
    ]
    assert not any(other is None or other.is_refused for other in others)
    last = app_throttle.count("default", "2 per minute", "key", [networks[1]], is_strict=False)
    assert last is not None
    # What the first network was refused was not counted against the larger one, which has four.
    assert last.limit == 8
    assert last.remaining == 3


def test_a_counter_reveals_no_address(
    app_throttle: Throttle, database: Database[dict[str, Any]]
) -> None:
    hit(app_throttle, "200 per minute")
    stored = database[counters.COLLECTION].find_one()
    assert stored is not None
    assert ADDRESS not in repr(stored)
    assert stored["_id"] == id_for(counters.COLLECTION, f"key:{ADDRESS}:200/60")


def test_memory_is_bounded(app_throttle: Throttle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_WINDOWS", 3)
    small = Throttle(DatabaseStore())
    for number in range(5):
        callers = [Network(f"192.0.2.{number}", 1)]
        small.count("default", "500 per minute", "key", callers, is_strict=False)
    assert len(small._windows) == 3
    del app_throttle


def test_any_storage_that_limits_knows_counts() -> None:
    store = LimitsStore("memory://")
    gates = [Throttle(store) for _ in range(2)]
    for limit in (5, 200):
        served = sum(
            serve(gates[number % 2], f"{limit} per minute", 1) for number in range(2 * limit)
        )
        assert served == limit
    told = hit(gates[0], "7 per minute")
    assert (told.remaining, 55 < told.ends_in <= 60) == (6, True)


@pytest.mark.parametrize("uri", ["redis://127.0.0.1:1", "rediss://127.0.0.1:1"])
def test_a_store_beyond_the_network_has_a_second_to_answer(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client library is installed by whoever uses such a store.
    options: dict[str, Any] = {}
    monkeypatch.setattr(stores, "storage_from_string", lambda _, **given: options.update(given))
    LimitsStore(uri)
    assert options["socket_timeout"] == options["socket_connect_timeout"] == 1


class AbsentStore(DatabaseStore):
    """A store that cannot be reached."""

    asked = 0

    def take(self, order: Order) -> Taken:
        """Refuse the connection."""
        del order
        self.asked += 1
        raise StorageError(ConnectionRefusedError())


def test_while_a_store_is_away_strict_limits_are_closed_and_others_open(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = AbsentStore()
    app_throttle, callers = Throttle(store), [Network(ADDRESS, 1)]
    with caplog.at_level(logging.WARNING):
        for _ in range(10):
            passed = app_throttle.count("default", "30 per minute", "key", callers, is_strict=False)
            assert passed is None
        with pytest.raises(ServiceUnavailableError) as raised:
            app_throttle.count("auth", "30 per minute", "key", callers, is_strict=True)
    assert raised.value.headers["Retry-After"] == "5"
    # The store is not asked for a while.
    assert store.asked == 1
    assert len(caplog.records) == 1
    assert "ConnectionRefusedError" in caplog.text


def test_a_store_that_was_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "PAUSE_SECONDS", 0)
    store = AbsentStore()
    app_throttle = Throttle(store)
    for _ in range(2):
        app_throttle.count(
            "default", "30 per minute", "key", [Network(ADDRESS, 1)], is_strict=False
        )
    assert store.asked == 2


def test_invalid_limits_cannot_be_parsed() -> None:
    with pytest.raises(ValueError, match="rate limit"):
        throttle.parse("plenty")


@pytest.mark.parametrize(
    "uri",
    [
        "redis://localhost:canary",
        "redis://[canary",
        "redis+sentinel://canary:26379",
        "canary://localhost",
    ],
)
def test_a_store_that_cannot_be_used_ends_a_start_by_one_line(uri: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^RATELIMIT_STORAGE_URI must ") as caught:
        LimitsStore(uri)
    assert "canary" not in str(caught.value)
