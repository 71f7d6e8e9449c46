"""Let a hit pass or refuse it, whatever store counts, and whether or not it answers."""

from __future__ import annotations

import logging
import math
from functools import lru_cache
from time import monotonic, time
from typing import TYPE_CHECKING

from limits import parse_many
from limits.errors import StorageError

from app.errors import ServiceUnavailableError, TooManyRequestsError

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import RateLimiter

logger = logging.getLogger(__name__)

# How long a store that did not answer is left alone: waiting for it again on each request
# would take the whole service down with it.
PAUSE_SECONDS = 5


class Gate:
    """The throttle of one app: a strategy of limits, and what to do when its store is away."""

    def __init__(self, strategy: RateLimiter) -> None:
        self.strategy = strategy
        self._paused_until = 0.0

    def admit(self, limits: str, *identifiers: str, is_strict: bool) -> None:
        """Count one hit against each of *limits* ("20 per minute; 200 per hour").

        Raises TooManyRequestsError past a limit. When the store is away, a strict gate is
        closed, with ServiceUnavailableError, and any other one open.
        """
        try:
            if monotonic() < self._paused_until:
                self._pass_uncounted(is_strict=is_strict)
                return
            for item in parse(limits):
                if not self.strategy.hit(item, *identifiers):
                    raise TooManyRequestsError(self._seconds_left(item, identifiers))
        except StorageError as error:
            self._paused_until = monotonic() + PAUSE_SECONDS
            logger.warning(
                "The throttle's store is away (%s): strict routes are closed, others uncounted.",
                type(error.storage_error).__name__,
            )
            self._pass_uncounted(is_strict=is_strict)

    def _pass_uncounted(self, *, is_strict: bool) -> None:
        if is_strict:
            raise ServiceUnavailableError(retry_after=PAUSE_SECONDS)

    def _seconds_left(self, item: RateLimitItem, identifiers: tuple[str, ...]) -> int:
        ends = self.strategy.storage.get_expiry(item.key_for(*identifiers))
        return max(1, math.ceil(ends - time()))


@lru_cache(maxsize=128)
def parse(limits: str) -> tuple[RateLimitItem, ...]:
    """Return the limits that a setting such as "20 per minute; 200 per hour" names.

    Raises ValueError on anything else.
    """
    return tuple(parse_many(limits))
