"""MongoDB: the connection, what every document has, counters, and what must be prepared."""

from __future__ import annotations


class DatabaseMismatchError(RuntimeError):
    """Base of errors that only an operator can correct; the message is one line for them."""
