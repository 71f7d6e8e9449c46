"""The error for a database that does not fit the settings."""

from __future__ import annotations


class DatabaseMismatchError(RuntimeError):
    """Base of errors that only an operator can correct; the message is one line for them."""
