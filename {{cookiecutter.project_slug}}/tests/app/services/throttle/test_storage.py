"""The leased store, alone: what it serves, what it remembers, what it asks."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, ServerSelectionTimeoutError

from app.services.throttle import counters as counting
from app.services.throttle import storage as storage_module
from app.services.throttle.leases import LeaseTable
from app.services.throttle.storage import LeasedStorage, limit_of

if TYPE_CHECKING:
    from typing import Any

    from pymongo.collection import Collection

ADDRESS = "192.0.2.7"
NOBODY_LISTENS = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50"


def serve(store: LeasedStorage, limit: str, hits: int) -> int:
    """Return how many of *hits* pass."""
    item = parse(limit)
    strategy = FixedWindowRateLimiter(store)
    return sum(strategy.hit(item, "address", ADDRESS) for _ in range(hits))


def refuse_to_be_asked(*_args: object) -> None:
    pytest.fail("the database was asked")


@pytest.mark.parametrize("limit", [1, 7, 99, 100, 101, 250, 1200])
def test_alone_a_process_serves_the_limit_to_the_hit(store: LeasedStorage, limit: int) -> None:
    assert serve(store, f"{limit} per minute", limit) == limit
    assert serve(store, f"{limit} per minute", 3) == 0


def test_an_exact_limit_holds_against_sixteen_threads(store: LeasedStorage) -> None:
    with ThreadPoolExecutor(16) as threads:
        served = sum(threads.map(lambda _: serve(store, "50 per minute", 10), range(16)))
    assert served == 50


def test_a_leased_limit_holds_against_sixteen_threads(store: LeasedStorage) -> None:
    with ThreadPoolExecutor(16) as threads:
        served = sum(threads.map(lambda _: serve(store, "1200 per minute", 100), range(16)))
    assert served == 1200


def test_an_exact_limit_is_shared_by_processes(store: LeasedStorage) -> None:
    other = LeasedStorage()
    assert serve(store, "10 per minute", 6) + serve(other, "10 per minute", 6) == 10


@pytest.mark.parametrize("processes", [2, 5, 16])
def test_leases_serve_no_more_than_a_tenth_over_the_limit(
    store: LeasedStorage, processes: int
) -> None:
    stores = [store, *(LeasedStorage() for _ in range(processes - 1))]
    served = sum(serve(stores[hit % processes], "300 per minute", 1) for hit in range(450))
    assert 300 <= served <= 330


def test_idle_processes_hold_little_of_the_limit(store: LeasedStorage) -> None:
    for _ in range(19):
        assert serve(LeasedStorage(), "1200 per minute", 1) == 1
    assert serve(store, "1200 per minute", 1300) + 19 >= 1200


def test_a_leased_limit_is_rarely_asked_for(
    store: LeasedStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    lease = counting.lease

    def count(key: str, *arguments: Any) -> counting.Window:
        asked.append(key)
        return lease(key, *arguments)

    monkeypatch.setattr(counting, "lease", count)
    assert serve(store, "1200 per minute", 1000) == 1000
    assert len(asked) < 50


@pytest.mark.parametrize("limit", [20, 200], ids=["exact", "leased"])
def test_a_refusal_is_repeated_without_asking(
    store: LeasedStorage, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    serve(store, f"{limit} per minute", limit + 1)
    monkeypatch.setattr(storage_module.counters, "collection", refuse_to_be_asked)
    assert serve(store, f"{limit} per minute", 5) == 0


@pytest.mark.parametrize("limit", [5, 100], ids=["exact", "leased"])
def test_a_window_ends(store: LeasedStorage, limit: int) -> None:
    limited = f"{limit} per 3 seconds"
    assert serve(store, limited, limit + 1) == limit
    time.sleep(3.05)
    assert serve(store, limited, limit + 1) == limit


def test_a_hit_passes_whose_window_ends_while_the_store_answers(
    store: LeasedStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lease_late(key: str, expiry: int, request: counting.LeaseRequest) -> counting.Window:
        window = lease(key, expiry, request)
        time.sleep(window.seconds_left)
        return window

    lease = counting.lease
    monkeypatch.setattr(storage_module.counters, "lease", lease_late)
    assert serve(store, "100 per second", 2) == 2


def test_hits_of_a_window_that_is_over_are_not_reported_into_the_next(
    store: LeasedStorage, counters: Collection[dict[str, Any]]
) -> None:
    serve(store, "1000 per 2 seconds", 3)
    time.sleep(2.05)
    serve(LeasedStorage(), "1000 per 2 seconds", 1)
    serve(store, "1000 per 2 seconds", 1)
    stored = counters.find_one()
    assert stored is not None
    assert stored["used"] == 0


@pytest.mark.parametrize(
    ("before", "after", "served"),
    [("200 per minute", "300 per minute", 300), ("200 per minute", "120 per minute", 120)],
    ids=["grown", "shrunk"],
)
def test_a_changed_limit_begins_a_window_of_its_own(
    store: LeasedStorage, before: str, after: str, served: int
) -> None:
    serve(store, before, 150)
    assert serve(store, after, 400) == served


@pytest.mark.parametrize("limit", [50, 200], ids=["exact", "leased"])
def test_a_hit_may_cost_more_than_one(store: LeasedStorage, limit: int) -> None:
    strategy = FixedWindowRateLimiter(store)
    item = parse(f"{limit} per minute")
    assert strategy.hit(item, ADDRESS, cost=limit - 1)
    assert not strategy.hit(item, ADDRESS, cost=2)


def test_what_is_too_dear_leaves_the_rest_to_cheaper_hits(store: LeasedStorage) -> None:
    strategy = FixedWindowRateLimiter(store)
    item = parse("200 per minute")
    assert strategy.hit(item, ADDRESS, cost=190)
    assert not strategy.hit(item, ADDRESS, cost=20)
    assert sum(strategy.hit(item, ADDRESS) for _ in range(20)) == 10


def test_a_counter_tells_no_address(
    store: LeasedStorage, counters: Collection[dict[str, Any]]
) -> None:
    serve(store, "200 per minute", 1)
    stored = counters.find_one()
    assert stored is not None
    assert ADDRESS not in repr(stored)
    assert set(stored) == {
        *("_id", "createdAt", "updatedAt", "windowEnds"),
        *("used", "leased", "granted"),
    }


@pytest.mark.parametrize("limit", [50, 200], ids=["exact", "leased"])
def test_the_remaining_hits_and_seconds_are_told(store: LeasedStorage, limit: int) -> None:
    serve(store, f"{limit} per minute", 30)
    item = parse(f"{limit} per minute")
    stats = FixedWindowRateLimiter(store).get_window_stats(item, "address", ADDRESS)
    assert stats.remaining == limit - 30
    assert stats.reset_time - time.time() == pytest.approx(60, abs=2)


@pytest.mark.parametrize("limit", [50, 200], ids=["exact", "leased"])
def test_another_process_sees_that_a_limit_is_used_up(store: LeasedStorage, limit: int) -> None:
    serve(store, f"{limit} per minute", limit + 1)
    item = parse(f"{limit} per minute")
    assert not FixedWindowRateLimiter(LeasedStorage()).test(item, "address", ADDRESS)
    assert not FixedWindowRateLimiter(store).test(item, "address", ADDRESS)


def test_an_unknown_key_is_unused_and_over(store: LeasedStorage) -> None:
    assert store.get("nothing") == 0
    assert store.get_expiry("nothing") == pytest.approx(time.time(), abs=1)


def test_a_window_that_is_over_is_unused(store: LeasedStorage) -> None:
    serve(store, "5 per second", 5)
    time.sleep(1.05)
    assert store.get(parse("5 per second").key_for("address", ADDRESS)) == 0


@pytest.mark.parametrize("limit", [20, 200], ids=["exact", "leased"])
def test_clear_forgets_one_key(store: LeasedStorage, limit: int) -> None:
    serve(store, f"{limit} per minute", limit + 1)
    store.clear(parse(f"{limit} per minute").key_for("address", ADDRESS))
    assert serve(store, f"{limit} per minute", limit) == limit


def test_reset_forgets_every_key(store: LeasedStorage) -> None:
    serve(store, "20 per minute", 21)
    serve(store, "200 per minute", 201)
    assert store.reset() == 2
    assert serve(store, "20 per minute", 20) == 20
    assert serve(store, "200 per minute", 200) == 200


def test_memory_is_bounded_and_forgets_the_key_unused_for_longest(store: LeasedStorage) -> None:
    store._leases = LeaseTable(capacity=3)
    for key in ("a", "b", "c", "a", "d"):
        store.incr(f"LIMITER/{key}/500/1/minute", 60)
    assert len(store._leases) == 3
    assert store._leases.find("LIMITER/b/500/1/minute") is None
    assert store._leases.find("LIMITER/a/500/1/minute") is not None


def test_a_forgotten_lease_lets_no_more_than_a_tenth_over_the_limit_pass(
    store: LeasedStorage,
) -> None:
    served = 0
    for _ in range(500):
        served += serve(store, "200 per minute", 1)
        store._leases.clear()
    assert served <= 220


def test_the_store_is_found_by_its_scheme() -> None:
    assert isinstance(storage_from_string("mongodb-lease://", wrap_exceptions=True), LeasedStorage)


@pytest.mark.parametrize(
    ("key", "expiry", "limit"),
    [
        ("LIMITER/address/192.0.2.7/1200/1/minute", 60, 1200),
        ("LIMITER/20/2/hour", 7200, 20),
        ("LIMITER/address/1200/1/minute", 30, None),
        ("LIMITER/address/many/1/minute", 60, None),
        ("LIMITER/address/1200/1/fortnight", 60, None),
        ("minute", 60, None),
    ],
    ids=["plain", "two hours", "another window", "no number", "no unit", "no parts"],
)
def test_the_limit_is_read_from_its_key(key: str, expiry: int, limit: int | None) -> None:
    assert limit_of(key, expiry) == limit


def test_a_key_of_another_shape_is_counted_one_by_one(store: LeasedStorage) -> None:
    assert [store.incr("anything", 60) for _ in range(3)] == [1, 2, 3]


def test_a_store_that_answers_is_healthy(store: LeasedStorage) -> None:
    assert store.check()


@pytest.fixture
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Point the counters at a port where nobody listens."""
    with MongoClient(NOBODY_LISTENS, uuidRepresentation="standard") as client:

        def collection(name: str) -> Any:
            return client["nothing"][name]

        monkeypatch.setattr(storage_module, "collection", collection)
        monkeypatch.setattr(counting, "collection", collection)
        yield


@pytest.mark.usefixtures("nobody_listens")
def test_a_store_that_is_away_is_not_healthy() -> None:
    assert not LeasedStorage().check()


@pytest.mark.usefixtures("nobody_listens")
@pytest.mark.parametrize("limit", [20, 200], ids=["exact", "leased"])
def test_a_store_that_is_away_raises_what_the_driver_raises(limit: int) -> None:
    with pytest.raises(ServerSelectionTimeoutError):
        serve(LeasedStorage(), f"{limit} per minute", 1)


def test_threads_that_waited_for_a_store_that_is_away_do_not_ask_again(
    store: LeasedStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def time_out(key: str, *_arguments: object) -> None:
        asked.append(key)
        time.sleep(0.3)
        message = "nobody there"
        raise ServerSelectionTimeoutError(message)

    def hit(_: int) -> None:
        with pytest.raises(ConnectionFailure):
            serve(store, "200 per minute", 1)

    monkeypatch.setattr(counting, "lease", time_out)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(hit, range(8)))
    assert len(asked) <= 2
