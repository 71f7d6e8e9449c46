"""The gate: what is told to who is refused, and what happens while the store is away."""

from __future__ import annotations

import logging

import pytest
from limits.strategies import FixedWindowRateLimiter

from app.errors import ServiceUnavailableError, TooManyRequestsError
from app.services.throttle import gate as gate_module
from app.services.throttle.gate import Gate, parse
from app.services.throttle.storage import LeasedStorage


class AbsentStorage(LeasedStorage):
    """A store beyond a network that is down."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self.wrap_exceptions = True
        self.asked = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What this store raises."""
        return ConnectionError

    def incr(self, *_arguments: object, **_options: object) -> int:
        """Refuse the connection."""
        self.asked += 1
        raise ConnectionRefusedError


@pytest.fixture
def gate(store: LeasedStorage) -> Gate:
    """Return a gate before the app's own store."""
    return Gate(FixedWindowRateLimiter(store))


@pytest.fixture
def absent() -> AbsentStorage:
    """Return a store that does not answer."""
    return AbsentStorage()


@pytest.fixture
def blind(absent: AbsentStorage) -> Gate:
    """Return a gate whose store does not answer."""
    return Gate(FixedWindowRateLimiter(absent))


@pytest.mark.parametrize("limit", [3, 100], ids=["exact", "leased"])
def test_a_refusal_tells_when_the_window_ends(gate: Gate, limit: int) -> None:
    for _ in range(limit):
        gate.admit(f"{limit} per minute", "somebody", is_strict=False)
    with pytest.raises(TooManyRequestsError) as refusal:
        gate.admit(f"{limit} per minute", "somebody", is_strict=False)
    assert 55 <= int(refusal.value.headers["Retry-After"]) <= 60


def test_a_refusal_asks_for_a_second_at_least(gate: Gate) -> None:
    gate.admit("1 per second", "somebody", is_strict=False)
    with pytest.raises(TooManyRequestsError) as refusal:
        gate.admit("1 per second", "somebody", is_strict=False)
    assert refusal.value.headers["Retry-After"] == "1"


def test_the_tightest_of_several_limits_refuses(gate: Gate) -> None:
    limits = "100 per hour; 2 per minute"
    for _ in range(2):
        gate.admit(limits, "somebody", is_strict=False)
    with pytest.raises(TooManyRequestsError):
        gate.admit(limits, "somebody", is_strict=False)


def test_callers_are_counted_apart(gate: Gate) -> None:
    gate.admit("1 per minute", "somebody", is_strict=False)
    gate.admit("1 per minute", "somebody else", is_strict=False)


def test_a_strict_gate_is_closed_while_the_store_is_away(blind: Gate) -> None:
    with pytest.raises(ServiceUnavailableError) as refusal:
        blind.admit("30 per minute", "login", is_strict=True)
    assert refusal.value.headers["Retry-After"] == "5"


def test_another_gate_is_open_while_the_store_is_away(
    blind: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        blind.admit("30 per minute", "notes", is_strict=False)
    assert "ConnectionRefusedError" in caplog.text


def test_a_store_that_is_away_is_left_alone_for_a_while(
    blind: Gate, absent: AbsentStorage, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(10):
        blind.admit("30 per minute", "notes", is_strict=False)
    with pytest.raises(ServiceUnavailableError):
        blind.admit("30 per minute", "login", is_strict=True)
    assert absent.asked == 1
    assert len(caplog.records) == 1


def test_a_store_that_was_away_is_asked_again(
    blind: Gate, absent: AbsentStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "PAUSE_SECONDS", 0)
    for _ in range(2):
        blind.admit("30 per minute", "notes", is_strict=False)
    assert absent.asked == 2


def test_what_is_no_limit_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="rate limit"):
        parse("plenty")
