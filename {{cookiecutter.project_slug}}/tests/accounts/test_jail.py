"""The jail counts failures exactly, grows, ends, and cannot be changed by others."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from app.accounts import jail
from app.accounts.errors import LoginJailedError
from app.database import counters
from app.database.documents import utc_now
from app.database.keyed_hashes import id_for
from app.errors import ServiceUnavailableError
from config.strong_secrets import generate_secret

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "minji@example.com"
ADDRESS = "203.0.113.9"
PAIR = f"pair:{ACCOUNT}:{ADDRESS}"


@pytest.fixture
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def record(app, database) -> Callable[..., dict[str, Any]]:
    """Return a function that reads a stored count, by default the account's at this address.

    One that has ended counts as none.
    """

    def read(key: str = PAIR) -> dict[str, Any]:
        with app.app_context():
            named = {"_id": id_for(counters.COLLECTION, key), "expiresAt": {"$gt": utc_now()}}
        return database[counters.COLLECTION].find_one(named) or {}

    return read


@pytest.fixture
def serve(database) -> Callable[..., None]:
    """Return a function that ends every jail and window."""

    def serve() -> None:
        past = int((time.time() - 1) * 1000)
        for name in ("until", "windowEnds"):
            database[counters.COLLECTION].update_many({name: {"$gt": 0}}, {"$set": {name: past}})

    return serve


def _try(
    account: str = ACCOUNT,
    address: str = ADDRESS,
    *,
    is_right: Callable[[], bool] = lambda: False,
    is_known: bool = False,
) -> int:
    """Try to log in; return the seconds to wait, or 0 if the password was checked."""
    try:
        jail.check_login(account, address, is_right, is_known=is_known)
    except LoginJailedError as error:
        return int(error.headers["Retry-After"])
    return 0


def _fail(times: int, account: str = ACCOUNT, address: str = ADDRESS) -> list[int]:
    return [_try(account, address) for _ in range(times)]


def _succeed(account: str = ACCOUNT, address: str = ADDRESS) -> int:
    return _try(account, address, is_right=lambda: True)


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_five_failures_are_checked_and_the_sixth_waits_a_minute():
    assert _fail(5) == [0] * 5
    assert 58 <= _try() <= 61


@pytest.mark.parametrize("most", [1, 2, 7])
def test_the_number_of_failures_is_a_setting(make_app, most):
    with make_app(LOGIN_MAX_RETRY=most).app_context():
        assert _fail(most) == [0] * most
        assert _try() > 0


@pytest.fixture
def crowd(app, monkeypatch) -> Callable[[int, Callable[[], bool]], list[int]]:
    """Return a function that makes parallel attempts and returns the wait of each."""
    # However busy the machine is.
    monkeypatch.setattr(jail, "WAIT_SECONDS", 60)

    def attempt_all(count: int, is_right: Callable[[], bool]) -> list[int]:
        ready = Barrier(count)

        def attempt(_number: int) -> int:
            with app.app_context():
                ready.wait()
                return _try(is_right=is_right)

        with ThreadPoolExecutor(count) as threads:
            return [*threads.map(attempt, range(count))]

    return attempt_all


@pytest.mark.checklist("auth.max-retry")
def test_of_many_failures_at_once_exactly_the_allowed_number_is_checked(crowd):
    looked: list[int] = []

    def is_right() -> bool:
        looked.append(1)
        return False

    assert crowd(20, is_right).count(0) == len(looked) == 5


@pytest.mark.checklist("auth.max-retry")
def test_of_many_right_log_ins_at_once_none_is_refused(crowd, database):
    assert crowd(12, lambda: True) == [0] * 12
    assert [*database[counters.COLLECTION].find({"expiresAt": {"$gt": utc_now()}})] == []


@pytest.mark.usefixtures("_context")
def test_parallel_right_log_ins_wait_when_few_failures_are_left(crowd, record):
    _fail(4)
    assert crowd(6, lambda: True) == [0] * 6
    assert record() == {}


@pytest.mark.usefixtures("_context")
def test_a_place_that_is_never_given_back_becomes_free_again(monkeypatch, record):
    def die() -> bool:
        raise MemoryError

    monkeypatch.setattr(jail, "RESERVED_SECONDS", 1)
    for _ in range(5):
        with pytest.raises(MemoryError):
            _try(is_right=die)
    assert len(record()["pending"]) == 5
    # The attempt waits until the first of those places is free.
    assert _try() == 0
    assert record()["failures"] == 1


@pytest.mark.usefixtures("_context")
def test_waiting_for_a_place_has_a_time_limit(app, monkeypatch):
    monkeypatch.setattr(jail, "WAIT_SECONDS", 0.1)
    begun, done = Event(), Event()

    def take_long() -> bool:
        begun.set()
        return done.wait(30)

    def attempt() -> int:
        with app.app_context():
            return _try(is_right=take_long)

    _fail(4)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(attempt)
        assert begun.wait(30)
        with pytest.raises(ServiceUnavailableError):
            _try()
        done.set()
        assert first.result() == 0


@pytest.mark.usefixtures("_context")
def test_attempts_during_a_jail_do_not_lengthen_it(record):
    _fail(5)
    before = record()
    assert all(_fail(10))
    after = record()
    for name in ("until", "failures", "jails", "windowEnds", "pending"):
        assert after[name] == before[name]


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_each_jail_is_twice_as_long_up_to_the_longest(serve):
    waits = []
    for _ in range(8):
        _fail(5)
        waits.append(_try())
        serve()
    expected = [60, 120, 240, 480, 960, 1920, 3600, 3600]
    for wait, seconds in zip(waits, expected, strict=True):
        assert seconds - 2 <= wait <= seconds + 1


@pytest.mark.checklist("auth.max-retry")
def test_a_jail_ends_by_itself(make_app):
    with make_app(LOGIN_JAIL_SECONDS=1, LOGIN_JAIL_MAX_SECONDS=1).app_context():
        _fail(5)
        assert _try() > 0
        time.sleep(1.3)
        assert _fail(5) == [0] * 5


@pytest.mark.usefixtures("_context")
def test_a_jail_that_was_served_starts_the_count_anew(serve):
    _fail(6)
    serve()
    assert _fail(5) == [0] * 5
    assert _try() > 100


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
    began = first["updatedAt"].timestamp() * 1000
    assert first["windowEnds"] - began == pytest.approx(900_000, abs=2)


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_a_success_resets_the_account_at_this_address(record):
    _fail(4)
    _succeed()
    assert record() == {}
    assert _fail(5) == [0] * 5


@pytest.mark.usefixtures("_context")
def test_a_success_forgets_earlier_jails(serve):
    _fail(5)
    serve()
    _succeed()
    _fail(5)
    assert _try() <= 61


@pytest.mark.usefixtures("_context")
def test_a_right_log_in_to_another_account_does_not_clear_the_address(record):
    _fail(3)
    for _ in range(5):
        _succeed("mine@example.com")
    assert record(f"address:{ADDRESS}")["failures"] == 3


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_another_account_at_the_same_address_is_not_jailed():
    _fail(6)
    assert _try("other@example.com") == 0


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_the_same_account_is_not_jailed_at_another_address():
    _fail(6)
    assert _try(address="198.51.100.1") == 0


@pytest.mark.checklist("auth.max-retry")
def test_an_account_attacked_from_many_addresses_is_jailed_except_at_its_owners(make_app):
    with make_app(LOGIN_ACCOUNT_MAX_RETRY=10).app_context():
        waits = [_try(address=f"198.51.100.{number}") for number in range(11)]
        assert waits[:10] == [0] * 10
        assert waits[10] > 0
        assert _try(is_known=True) == 0
        assert _try("other@example.com") == 0


@pytest.mark.checklist("auth.max-retry")
def test_an_address_that_tries_many_accounts_is_jailed(make_app):
    with make_app(LOGIN_ADDRESS_MAX_RETRY=10).app_context():
        waits = [_try(f"{number}@example.com") for number in range(11)]
        assert waits[:10] == [0] * 10
        assert waits[10] > 0
        assert _try("anybody@example.com", "198.51.100.1") == 0
        assert _try(is_known=True) == 0


@pytest.mark.checklist("auth.max-retry")
@pytest.mark.parametrize(
    ("network", "most"),
    [("2001:db8::{:x}", 2), ("2001:db8:0:{:x}::1", 8), ("2001:db8:0:{:x}00::1", 32)],
    ids=["/64", "/56", "/48"],
)
def test_addresses_of_one_network_are_jailed_together(make_app, network, most):
    with make_app(LOGIN_ADDRESS_MAX_RETRY=2).app_context():
        waits = [_try(f"{number}@example.com", network.format(number)) for number in range(most)]
        assert waits == [0] * most
        assert _try("anybody@example.com", network.format(most)) > 0
        assert _try("anybody@example.com", "2001:db8:1::1") == 0


def test_a_jailed_address_costs_no_account_an_attempt(make_app, record):
    with make_app(LOGIN_ADDRESS_MAX_RETRY=3).app_context():
        for number in range(3):
            _try(f"{number}@example.com")
        assert _try() > 0
    assert record() == {}


def test_attempts_on_a_jailed_account_do_not_count_against_the_address(make_app, record):
    with make_app(LOGIN_ADDRESS_MAX_RETRY=8).app_context():
        assert all(_fail(20)[5:])
        assert record(f"address:{ADDRESS}")["failures"] == 5
        assert _try("other@example.com") == 0


@pytest.mark.usefixtures("_context")
def test_failures_of_a_signed_in_caller_are_counted_separately():
    session, other = uuid4(), uuid4()
    _fail(6)
    for _ in range(5):
        assert not jail.check_session(session, lambda: False)
    with pytest.raises(LoginJailedError):
        jail.check_session(session, lambda: True)
    assert jail.check_session(other, lambda: True)


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_no_address_and_no_e_mail_is_stored_and_none_can_be_tried_out(make_app, database):
    _fail(6)
    stored = [*database[counters.COLLECTION].find()]
    assert len(stored) == 3
    for document in stored:
        assert isinstance(document["_id"], UUID)
        assert ACCOUNT not in str(document)
        assert ADDRESS not in str(document)
    # Without SECRET_KEY no id can be computed from a copy.
    with make_app(SECRET_KEY=generate_secret()).app_context():
        tried = {id_for(counters.COLLECTION, key) for key in (PAIR, f"address:{ADDRESS}")}
    assert not tried & {document["_id"] for document in stored}


@pytest.mark.usefixtures("_context")
def test_a_quiet_count_is_forgotten_a_day_after_its_longest_jail(record):
    _fail(1)
    kept = record()["expiresAt"] - record()["updatedAt"]
    assert timedelta() <= timedelta(seconds=3600 + 86_400) - kept < timedelta(seconds=60)


def test_a_count_is_kept_at_least_as_long_as_its_window(make_app, record):
    window = 7 * jail.FORGET_AFTER_SECONDS
    with make_app(LOGIN_WINDOW_SECONDS=window).app_context():
        _fail(1)
    assert record()["expiresAt"] - record()["updatedAt"] > timedelta(seconds=window)
