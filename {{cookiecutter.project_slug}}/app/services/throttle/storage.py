"""A store for limits' fixed windows in the app's own database, leasing what is large."""

from __future__ import annotations

import re
from time import monotonic, time

from limits.limits import GRANULARITIES
from limits.storage import Storage
from pymongo.errors import ConnectionFailure, PyMongoError

from app.models.base import collection
from app.services.throttle import counters
from app.services.throttle.leases import Lease, LeaseTable

SCHEME = "mongodb-lease"

_CAPACITY = 10_000
_LEASED_FROM = 100
_LIMIT = re.compile(r"/(\d{1,18})/(\d{1,9})/(\w+)\Z", re.ASCII)


class LeasedStorage(Storage):
    """The storage behind ``mongodb-lease://``; it takes its connection from the models."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - the base declares it without ClassVar.

    def __init__(self, uri: str = f"{SCHEME}://", **_options: float | str | bool) -> None:
        # Errors stay the driver's own: this is the app's database, and a request that finds
        # it away is answered like any other that does.
        super().__init__(uri, wrap_exceptions=False)
        self._leases = LeaseTable(_CAPACITY)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the store raises when it is away."""
        return PyMongoError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count *amount* hits; the count is past the limit when they are refused."""
        lease = self._leases.find(key)
        if lease is None:
            limit = limit_of(key, expiry)
            if limit is None or limit < _LEASED_FROM:
                return self._count(key, expiry, amount, limit)
            lease = self._leases.find_or_add(key, limit)
        failures = lease.failures
        with lease.lock:
            count = lease.take(amount)
            if count is not None:
                return count
            if lease.limit >= _LEASED_FROM:
                return self._renew(key, expiry, amount, lease, failures)
        return self._count(key, expiry, amount, lease.limit)

    def get(self, key: str) -> int:
        """Return the hits of the open window that are known to be used."""
        lease = self._find_open(key)
        if lease is not None:
            return lease.used
        window = counters.read(key)
        return window.used if window else 0

    def get_expiry(self, key: str) -> float:
        """Return when the open window ends, in seconds since the epoch by our own clock."""
        lease = self._find_open(key)
        if lease is not None:
            return time() + lease.deadline - monotonic()
        window = counters.read(key)
        return time() + (window.seconds_left if window else 0)

    def check(self) -> bool:
        """Tell whether the store answers."""
        try:
            collection(counters.COLLECTION).database.command("ping")
        except PyMongoError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget all windows; other processes keep what they leased until it is used."""
        self._leases.clear()
        return counters.remove_all()

    def clear(self, key: str) -> None:
        """Forget the window of *key*; other processes keep what they leased of it."""
        self._leases.drop(key)
        counters.remove(key)

    def _find_open(self, key: str) -> Lease | None:
        lease = self._leases.find(key)
        return lease if lease is not None and lease.is_open else None

    def _renew(self, key: str, expiry: int, amount: int, lease: Lease, failures: int) -> int:
        """Lease a block, with the lease's lock held: who waits for it finds it filled."""
        if lease.failures != failures:
            message = "the store of the throttle did not answer"
            raise ConnectionFailure(message)
        asked_at = monotonic()
        try:
            window = counters.lease(key, expiry, lease.request(amount))
        except PyMongoError:
            lease.failures += 1
            raise
        lease.renew(window, asked_at)
        count = lease.take_granted(amount)
        return lease.limit + 1 if count is None else count

    def _count(self, key: str, expiry: int, amount: int, limit: int | None) -> int:
        asked_at = monotonic()
        window = counters.count(key, expiry, amount)
        if limit is not None and window.used > limit:
            lease = self._leases.find_or_add(key, limit)
            with lease.lock:
                lease.refuse(window, asked_at)
        return window.used


def limit_of(key: str, expiry: int) -> int | None:
    """Return the limit that a key of RateLimitItem.key_for() ends in: amount/multiples/unit.

    None for a key of any other shape, whose hits can only be counted one by one.
    """
    shape = _LIMIT.search(key)
    if shape is None:
        return None
    amount, multiples, unit = shape.groups()
    item = GRANULARITIES.get(unit)
    if item is None or item.GRANULARITY.seconds * int(multiples) != expiry:
        return None
    return int(amount)
