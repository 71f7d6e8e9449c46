"""What a process holds of shared counters: blocks of hits and standing refusals."""

from __future__ import annotations

import os
import weakref
from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from app.services.throttle.counters import LeaseRequest

if TYPE_CHECKING:
    from datetime import datetime

    from app.services.throttle.counters import Window

# Parts of a limit: the first block is a 200th of it, no block is more than a 50th.
_FIRST_PART = 200
_MOST_PART = 50


class Lease:
    """Hits that this process may serve of one key until the window ends.

    Everything but the lock is read and written with the lock held.
    """

    __slots__ = (
        "deadline",
        "ends",
        "failures",
        "is_refused",
        "limit",
        "lock",
        "remaining",
        "served",
        "size",
        "stored",
    )

    def __init__(self, limit: int) -> None:
        self.lock = Lock()
        self.limit = limit
        self.deadline = 0.0
        self.ends: datetime | None = None
        self.is_refused = False
        self.remaining = self.served = self.stored = 0
        self.size = max(1, limit // _FIRST_PART)
        # How often the store could not be asked: those who waited need not ask again.
        self.failures = 0

    @property
    def is_open(self) -> bool:
        """Whether its window is not over yet."""
        return monotonic() < self.deadline

    @property
    def used(self) -> int:
        """The hits known to be used in the window, at most the limit."""
        return self.limit if self.is_refused else min(self.limit, self.stored + self.served)

    def take(self, amount: int) -> int | None:
        """Serve hits from memory; return the count, past the limit for a refusal.

        None means that the store has to be asked.
        """
        return self.take_granted(amount) if self.is_open else None

    def take_granted(self, amount: int) -> int | None:
        """Serve hits that were granted, even if the window ended on the way here.

        None means that too few were.
        """
        if self.is_refused:
            return self.limit + 1
        if self.remaining < amount:
            return None
        self.remaining -= amount
        self.served += amount
        return min(self.limit, self.stored + self.served)

    def request(self, amount: int) -> LeaseRequest:
        """Return what to ask the store so that *amount* more hits can be served."""
        needed = amount - self.remaining
        return LeaseRequest(
            limit=self.limit,
            needed=needed,
            wanted=max(self.size, needed),
            held=self.remaining,
            reported=self.served,
            window_ends=self.ends,
        )

    def renew(self, window: Window, asked_at: float) -> None:
        """Take in the store's answer to a request made at *asked_at*, a monotonic time."""
        if window.ends == self.ends:
            self.size = min(2 * self.size, max(1, self.limit // _MOST_PART))
        else:
            self.remaining = 0
            self.size = max(1, self.limit // _FIRST_PART)
        self.ends = window.ends
        # Counted from the question, not the answer: never past the end of the window.
        self.deadline = asked_at + window.seconds_left
        self.stored, self.served = window.used, 0
        self.remaining += window.granted
        self.is_refused = self.remaining == 0

    def refuse(self, window: Window, asked_at: float) -> None:
        """Refuse every further hit of the window."""
        self.ends, self.deadline = window.ends, asked_at + window.seconds_left
        self.is_refused = True


class LeaseTable:
    """The leases of a process by key, a bounded number: the one unused for longest goes."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._empty()
        _TABLES.add(self)

    def __len__(self) -> int:
        return len(self._leases)

    def find(self, key: str) -> Lease | None:
        """Return the lease of *key*, and remember that it was used."""
        with self._lock:
            lease = self._leases.get(key)
            if lease is not None:
                self._leases.move_to_end(key)
            return lease

    def find_or_add(self, key: str, limit: int) -> Lease:
        """Return the lease of *key*, a new one where there was none."""
        with self._lock:
            lease = self._leases.get(key)
            if lease is None:
                lease = self._leases[key] = Lease(limit)
                if len(self._leases) > self.capacity:
                    self._leases.popitem(last=False)
            return lease

    def drop(self, key: str) -> None:
        """Forget the lease of *key*."""
        with self._lock:
            self._leases.pop(key, None)

    def clear(self) -> None:
        """Forget every lease."""
        with self._lock:
            self._leases.clear()

    def _empty(self) -> None:
        self._leases: OrderedDict[str, Lease] = OrderedDict()
        self._lock = Lock()


_TABLES: weakref.WeakSet[LeaseTable] = weakref.WeakSet()


def _empty_after_fork() -> None:
    """Start a child without its parent's leases, and without locks that nobody would release."""
    for table in _TABLES:
        table._empty()  # noqa: SLF001 - the same module's.


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_empty_after_fork)
