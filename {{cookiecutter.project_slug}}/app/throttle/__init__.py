"""The throttle: callers that ask too often are refused, by counters that all processes share.

A window is fixed: it begins with a caller's first hit and lasts as long as the limit says, by the
store's clock. Limits under 100 are counted exactly, with one update for each hit. Larger ones
are paid for in advance: a process takes a block of hits from the store, 0.5 % of the limit at
first, twice as much each time up to 2 %, and serves it from memory. A limit is never exceeded, and
falls short only by hits that are paid for and not served when the window ends: 10 % of it at most,
even if processes die, since beyond that hits are taken one by one.

A process keeps the windows of 10,000 callers at most, and forgets the one unused for longest. A
refused caller is refused from memory until the window ends.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from cachetools import LRUCache
from limits import parse_many
from limits.errors import StorageError

from app.errors import ServiceUnavailableError
from app.extensions import PerApp, app_settings
from app.throttle.stores import DatabaseStore, LimitsStore, Order, Taken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

    from app.addresses import Network

# A store that did not answer is not asked for a while: each request would wait for it.
PAUSE_SECONDS: Final = 5

_EXACT_BELOW: Final = 100
_FIRST_BLOCK: Final = 200
_LARGEST_BLOCK: Final = 50
_WINDOWS: Final = 10_000

logger = logging.getLogger(__name__)


class Hit(NamedTuple):
    """One request at one limit: how many are left, and for how long."""

    policy: str
    limit: int
    seconds: int
    remaining: int
    ends_in: float
    is_refused: bool


class _Window:
    """What a process knows of a window, and its hits that are paid for."""

    __slots__ = ("ends_at", "held", "is_used_up", "left", "number", "size", "used")

    def __init__(self, limit: int, seconds: int) -> None:
        self.ends_at = monotonic() + seconds
        self.size = max(1, limit // _FIRST_BLOCK)
        self.number = self.used = self.left = self.held = 0
        self.is_used_up = False

    def order(self, key: str, limit: int, seconds: int) -> Order:
        """Return what to ask for. The held hits are served by now, and are reported once."""
        wanted = 1 if limit < _EXACT_BELOW else self.size
        order = Order(key, limit, seconds, wanted, self.held, self.number)
        self.held = 0
        return order

    def enter(self, taken: Taken, limit: int, asked_at: float) -> None:
        """Apply the answer of the store to a question that was asked at *asked_at*."""
        if taken.window > self.number:
            self.number, self.used, self.left, self.held = taken.window, 0, 0, 0
            self.is_used_up = False
        elif taken.window < self.number:
            # Another thread has learned of the next window meanwhile.
            return
        # Counted from the question, not the answer, so that it never exceeds the window.
        self.ends_at = asked_at + taken.ends_in
        self.used = max(self.used, taken.used)
        if taken.granted:
            self.left += taken.granted - 1
            self.held += taken.granted - 1
            self.size = min(2 * self.size, max(1, limit // _LARGEST_BLOCK))
        else:
            self.is_used_up = True


class Throttle:
    """The throttle of one app: its store, and what this process knows of it."""

    def __init__(self, store: DatabaseStore | LimitsStore) -> None:
        self.store = store
        self._windows: LRUCache[str, _Window] = LRUCache(_WINDOWS)
        self._lock = Lock()
        self._paused_until = 0.0

    def count(
        self, policy: str, limits: str, key: str, callers: Iterable[Network], *, is_strict: bool
    ) -> Hit | None:
        """Count a hit of each caller at each of *limits* ("20 per minute; 200 per hour").

        Return the first refused one, or else the one with the least left. While the store is away
        nothing is counted, and a strict throttle raises ServiceUnavailableError.
        """
        try:
            if monotonic() >= self._paused_until:
                return self._count(policy, limits, key, callers)
        except StorageError as error:
            self._paused_until = monotonic() + PAUSE_SECONDS
            logger.warning(
                "The throttle's store is away (%s): strict routes are closed, others uncounted.",
                type(error.storage_error).__name__,
            )
        if is_strict:
            raise ServiceUnavailableError(retry_after=PAUSE_SECONDS)
        return None

    def _count(self, policy: str, limits: str, key: str, callers: Iterable[Network]) -> Hit:
        hits = []
        for number, (amount, seconds) in enumerate(parse(limits), 1):
            name = policy if number == 1 else f"{policy}-{number}"
            for caller in callers:
                hit = self._hit(name, amount * caller.size, seconds, f"{key}:{caller.name}")
                if hit.is_refused:
                    return hit
                hits.append(hit)
        return min(hits, key=lambda hit: hit.remaining)

    def _hit(self, policy: str, limit: int, seconds: int, caller: str) -> Hit:
        # A changed limit begins a new window.
        key = f"{caller}:{limit}/{seconds}"
        order: Order | None = None
        with self._lock:
            window = self._windows.get(key)
            if window is None or window.ends_at <= monotonic():
                window = self._windows[key] = _Window(limit, seconds)
            is_served = window.left > 0
            if is_served:
                window.left -= 1
            elif not window.is_used_up:
                order = window.order(key, limit, seconds)
        if order is not None:
            asked_at = monotonic()
            taken = self.store.take(order)
            is_served = taken.granted > 0
            with self._lock:
                window.enter(taken, limit, asked_at)
        left = max(0, limit - window.used + window.left) if is_served else 0
        ends_in = max(0.0, window.ends_at - monotonic())
        return Hit(policy, limit, seconds, left, ends_in, not is_served)


app_throttle: PerApp[Throttle] = PerApp("throttle")


def init_app(app: Flask) -> None:
    """Give *app* a throttle by its RATELIMIT_ settings; opens no connection."""
    uri = app_settings.of(app).RATELIMIT_STORAGE_URI
    app_throttle.bind(app, Throttle(LimitsStore(uri) if uri else DatabaseStore()))


@lru_cache(maxsize=128)
def parse(limits: str) -> tuple[tuple[int, int], ...]:
    """Return what "20 per minute; 200 per hour" allows: hits, in seconds; ValueError otherwise."""
    return tuple((item.amount, item.get_expiry()) for item in parse_many(limits))
