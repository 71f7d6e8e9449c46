"""Where hits are counted: the app's own database, or any storage that limits knows."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, NamedTuple, cast

from limits.errors import ConfigurationError as UnusableStorageError
from limits.storage import storage_from_string

from app.database import counters
from app.database.counters import after, if_else, is_ahead
from app.database.keyed_hashes import id_for
from config.environment import ConfigurationError

if TYPE_CHECKING:
    from typing import Final

    from limits.storage import Storage

_MOST_AHEAD: Final = 10
# A store beyond the network answers within a second or counts as away.
_NETWORK_OPTIONS: Final = {"socket_timeout": 1, "socket_connect_timeout": 1}
_NETWORK_SCHEMES: Final = ("redis", "valkey")
_UNUSABLE: Final = (
    "RATELIMIT_STORAGE_URI must name a host and port, with redis+sentinel:// a service, too, and"
    " its package must be installed: redis, valkey or pymemcache"
)


class Order(NamedTuple):
    """A request to a store for *wanted* hits, from a process that has served all it *held*."""

    key: str
    limit: int
    seconds: int
    wanted: int
    held: int
    window: int


class Taken(NamedTuple):
    """The answer of a store: 0 hits if the limit is used up. *window* identifies its window."""

    granted: int
    used: int
    ends_in: float
    window: int


class DatabaseStore:
    """Counts in the app's own database. Its errors are those of the driver, as in any request."""

    def take(self, order: Order) -> Taken:
        """Take a block in one update, within what is left and what may be taken ahead of use."""
        is_open = is_ahead("$windowEnds")
        served = if_else({"$eq": ["$windowEnds", order.window]}, order.held, 0)
        free = {"$subtract": [order.limit // _MOST_AHEAD, "$ahead"]}
        block = {"$min": [order.wanted, {"$max": [1, free]}, {"$subtract": [order.limit, "$used"]}]}
        stages: counters.Stages = [
            {
                "$set": {
                    "used": if_else(is_open, "$used", 0),
                    "ahead": if_else(is_open, {"$subtract": ["$ahead", served]}, 0),
                    "windowEnds": if_else(is_open, "$windowEnds", after(order.seconds)),
                }
            },
            {"$set": {"granted": {"$max": [0, block]}}},
            {
                "$set": {
                    "used": {"$add": ["$used", "$granted"]},
                    # One of them is served at once.
                    "ahead": {"$add": ["$ahead", {"$max": [0, {"$subtract": ["$granted", 1]}]}]},
                }
            },
        ]
        counter = counters.update(order.key, stages, order.seconds)
        ends_in = counters.seconds_until(counter, "windowEnds")
        return Taken(counter["granted"], counter["used"], ends_in, counter["windowEnds"])


class LimitsStore:
    """Counts in any storage that limits knows, one by one: it cannot tell how much is ahead.

    Opens no connection; raises ConfigurationError.
    """

    def __init__(self, uri: str) -> None:
        options = _NETWORK_OPTIONS if uri.startswith(_NETWORK_SCHEMES) else {}
        try:
            storage = storage_from_string(uri, wrap_exceptions=True, **options)
        except (UnusableStorageError, ValueError):
            # The library's message may quote the URI, which may contain a password.
            raise ConfigurationError([_UNUSABLE]) from None
        self.storage = cast("Storage", storage)

    def take(self, order: Order) -> Taken:
        """Count one hit."""
        name = id_for(counters.COLLECTION, order.key).hex
        used = self.storage.incr(name, order.seconds)
        ends_in = max(0.0, self.storage.get_expiry(name) - time())
        return Taken(int(used <= order.limit), min(used, order.limit), ends_in, order.window)
