"""MongoDB: the connection, what every document has, counters, and what must be prepared."""

from __future__ import annotations

from typing import Final

from mongoengine import OperationError
from pymongo.errors import PyMongoError

# What MongoDB's failures are raised as: mongoengine wraps some of the driver's in one of its own.
DATABASE_ERRORS: Final = (PyMongoError, OperationError)


class DatabaseMismatchError(RuntimeError):
    """Base of errors that only an operator can correct; the message is one line for them."""
