"""The login jail counts exactly, grows, ends, and cannot be lengthened or cleared by others."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from pymongo.errors import DuplicateKeyError

from app.errors import LoginJailedError
from app.models.base import derived_id
from app.services import jail

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "minji@example.com"
ADDRESS = "203.0.113.9"


@pytest.fixture
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def record(database) -> Callable[..., dict[str, Any]]:
    """Return what reads the stored count of the account or the address."""

    def read(key: str = f"account:{ACCOUNT}") -> dict[str, Any]:
        found = database[jail.COLLECTION].find_one({"_id": derived_id(jail.COLLECTION, key)})
        return found or {}

    return read


@pytest.fixture
def serve(database) -> Callable[..., None]:
    """Return what lets the time of every jail and window pass."""

    def serve() -> None:
        past = datetime.now(UTC) - timedelta(seconds=1)
        for name in ("until", "windowEnds"):
            database[jail.COLLECTION].update_many({name: {"$type": "date"}}, {"$set": {name: past}})

    return serve


def _reserve(account: str = ACCOUNT, address: str = ADDRESS) -> int:
    """Reserve an attempt; return the seconds to wait, 0 where it was admitted."""
    try:
        jail.reserve(account, address)
    except LoginJailedError as error:
        return int(error.headers["Retry-After"])
    return 0


def _fail(times: int, account: str = ACCOUNT, address: str = ADDRESS) -> list[int]:
    return [_reserve(account, address) for _ in range(times)]


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_five_failures_are_admitted_and_the_sixth_waits_a_minute():
    assert _fail(5) == [0] * 5
    assert 58 <= _reserve() <= 61


@pytest.mark.parametrize("most", [1, 2, 7])
def test_the_number_of_failures_is_a_setting(make_app, most):
    with make_app(LOGIN_MAX_RETRY=most).app_context():
        assert _fail(most) == [0] * most
        assert _reserve() > 0


@pytest.fixture
def crowd(app) -> Callable[[int], list[int]]:
    """Return what makes attempts on one account at once; it returns how long each is to wait."""

    def attempt(_number: int) -> int:
        with app.app_context():
            return _reserve()

    def attempt_all(count: int) -> list[int]:
        with ThreadPoolExecutor(count) as threads:
            return [*threads.map(attempt, range(count))]

    return attempt_all


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_of_many_attempts_at_once_exactly_as_many_are_admitted(crowd):
    _fail(1)
    assert crowd(20).count(0) == 4


@pytest.mark.checklist("auth.max-retry")
def test_of_many_first_attempts_at_once_no_more_are_admitted(crowd):
    # The embedded database does not tell each of them its own count: fewer may be admitted.
    assert 1 <= crowd(20).count(0) <= 5


@pytest.mark.usefixtures("_context")
def test_attempts_during_a_jail_do_not_lengthen_it(record):
    _fail(5)
    before = record()
    assert all(_fail(10))
    after = record()
    for name in ("until", "failures", "jails", "windowEnds"):
        assert after[name] == before[name]


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_each_jail_is_twice_as_long_up_to_the_longest(serve):
    waits = []
    for _ in range(8):
        _fail(5)
        waits.append(_reserve())
        serve()
    expected = [60, 120, 240, 480, 960, 1920, 3600, 3600]
    for wait, seconds in zip(waits, expected, strict=True):
        assert seconds - 2 <= wait <= seconds + 1


@pytest.mark.checklist("auth.max-retry")
def test_a_jail_ends_by_itself(make_app):
    with make_app(LOGIN_JAIL_SECONDS=1, LOGIN_JAIL_MAX_SECONDS=1).app_context():
        _fail(5)
        assert _reserve() > 0
        time.sleep(1.3)
        assert _fail(5) == [0] * 5


@pytest.mark.usefixtures("_context")
def test_a_jail_that_was_served_starts_the_count_anew(serve):
    _fail(6)
    serve()
    assert _fail(5) == [0] * 5
    assert _reserve() > 100


@pytest.mark.usefixtures("_context")
def test_failures_of_another_window_do_not_count(serve):
    _fail(4)
    serve()
    assert _fail(5) == [0] * 5


@pytest.mark.usefixtures("_context")
def test_a_window_begins_with_its_first_failure(record):
    _fail(1)
    first = record()
    _fail(3)
    assert record()["windowEnds"] == first["windowEnds"]
    length = first["windowEnds"] - first["createdAt"]
    assert length == timedelta(seconds=900)


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_a_success_resets_the_account(record):
    _fail(4)
    jail.forgive(jail.reserve(ACCOUNT, ADDRESS))
    assert record() == {}
    assert _fail(5) == [0] * 5


@pytest.mark.usefixtures("_context")
def test_a_success_forgets_earlier_jails(serve):
    _fail(5)
    serve()
    jail.forgive(jail.reserve(ACCOUNT, ADDRESS))
    _fail(5)
    assert _reserve() <= 61


@pytest.mark.usefixtures("_context")
def test_an_account_of_ones_own_does_not_clear_the_address(record):
    _fail(3)
    for _ in range(5):
        jail.forgive(jail.reserve("mine@example.com", ADDRESS))
    assert record(f"address:{ADDRESS}")["failures"] == 3


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_another_account_of_the_same_address_is_admitted():
    _fail(6)
    assert _reserve("other@example.com") == 0


@pytest.mark.checklist("auth.max-retry")
def test_an_address_that_tries_many_accounts_is_jailed(make_app):
    with make_app(LOGIN_ADDRESS_MAX_RETRY=10).app_context():
        waits = [_reserve(f"{number}@example.com") for number in range(11)]
        assert waits[:10] == [0] * 10
        assert waits[10] > 0
        assert _reserve("anybody@example.com", "198.51.100.1") == 0


def test_a_jailed_address_costs_no_account_an_attempt(make_app, record):
    with make_app(LOGIN_ADDRESS_MAX_RETRY=3).app_context():
        for number in range(3):
            _reserve(f"{number}@example.com")
        assert _reserve() > 0
    assert record() == {}


def test_attempts_on_a_jailed_account_do_not_count_against_the_address(make_app, record):
    with make_app(LOGIN_ADDRESS_MAX_RETRY=8).app_context():
        assert all(_fail(20)[5:])
        assert record(f"address:{ADDRESS}")["failures"] == 5
        assert _reserve("other@example.com") == 0


def test_the_last_attempt_of_an_address_is_given_back_with_its_jail(make_app, record):
    with make_app(LOGIN_ADDRESS_MAX_RETRY=3).app_context():
        _fail(2)
        jail.forgive(jail.reserve("mine@example.com", ADDRESS))
        given_back = record(f"address:{ADDRESS}")
        assert (given_back["failures"], given_back["jails"]) == (2, 0)
        assert _reserve() == 0


@pytest.mark.usefixtures("_context")
def test_no_address_and_no_e_mail_is_stored(database):
    _fail(6)
    stored = [*database[jail.COLLECTION].find()]
    assert len(stored) == 2
    for document in stored:
        assert isinstance(document["_id"], UUID)
        assert ACCOUNT not in str(document)
        assert ADDRESS not in str(document)


@pytest.mark.usefixtures("_context")
def test_a_quiet_count_is_forgotten_a_day_after_its_longest_jail(record):
    _fail(1)
    kept = record()["expiresAt"] - record()["updatedAt"]
    assert kept == timedelta(seconds=3600 + 86_400)


@pytest.mark.usefixtures("_context")
def test_two_first_attempts_at_once_are_both_counted(monkeypatch):
    taken = []

    class Contested:
        def find_one_and_update(self, *_args, **_kwargs):
            taken.append(1)
            if len(taken) == 1:
                raise DuplicateKeyError("another was first")
            return {"isRefused": False}

    monkeypatch.setattr(jail, "collection", lambda _name: Contested())
    assert jail._find_and_count("account:x", 5) == {"isRefused": False}


@pytest.mark.usefixtures("_context")
def test_a_count_that_cannot_be_had_refuses(monkeypatch):
    class Broken:
        def find_one_and_update(self, *_args, **_kwargs):
            raise DuplicateKeyError("another was first")

    monkeypatch.setattr(jail, "collection", lambda _name: Broken())
    with pytest.raises(LoginJailedError):
        jail._find_and_count("account:x", 5)


@pytest.mark.usefixtures("_context")
@pytest.mark.parametrize("found", [{"isRefused": False}, None])
def test_a_count_that_is_not_told_is_looked_up(monkeypatch, found):
    class Silent:
        def find_one_and_update(self, *_args, **_kwargs):
            return None

        def find_one(self, _wanted):
            return found

    monkeypatch.setattr(jail, "collection", lambda _name: Silent())
    if found:
        assert jail._find_and_count("account:x", 5) == found
    else:
        with pytest.raises(LoginJailedError):
            jail._find_and_count("account:x", 5)
