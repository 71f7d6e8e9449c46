"""What is stored and what is configured do not fit."""

from __future__ import annotations


class DatabaseMismatchError(RuntimeError):
    """Base of the errors that only an operator can mend; the text is one line for them."""
