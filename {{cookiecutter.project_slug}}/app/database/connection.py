"""The connection to MongoDB: made lazily, so that each worker makes its own after the fork."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import mongoengine
import pymongo

from app.extensions import app_settings
#: if cookiecutter.observability
from app.observability import slow_queries
#: endif
from config.core import SLUG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

# When the current request arrived: it may have waited for a thread since.
arrival: Final[ContextVar[float | None]] = ContextVar("arrival", default=None)

_deadline: Final = ContextVar("deadline", default=math.inf)
# The driver takes 0 for no limit.
_LEAST_SECONDS: Final = 0.001


def init_app(app: Flask) -> None:
    """Register the connection that MONGODB_URI describes, TLS options included.

    Nothing is opened before the first query. A second application of the same process
    shares the connection where it names the same database, and replaces it where not.
    """
    settings = app_settings.of(app)
    options: dict[str, Any] = {
        "host": settings.MONGODB_URI,
        # The default, since the driver's own would be the same for all projects.
        "db": SLUG,
        "uuidRepresentation": "standard",
        "tz_aware": True,
        "connect": False,
        "appname": SLUG,
        #: if cookiecutter.observability
        "event_listeners": [slow_queries.SlowQueries(settings.SLOW_QUERY_MILLISECONDS)],
        #: endif
    }
    try:
        mongoengine.connect(**options)
    except mongoengine.ConnectionFailure:
        mongoengine.disconnect()
        mongoengine.connect(**options)


@contextmanager
def deadline_in(seconds: float, since: float | None = None) -> Iterator[None]:
    """Limit all database calls in this block together to *seconds*; an outer limit still holds."""
    began = time.monotonic() if since is None else since
    token = _deadline.set(min(_deadline.get(), began + seconds))
    try:
        with pymongo.timeout(seconds_left()):
            yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float:
    """Return how long a database call may take: never 0, and without limit outside of a request."""
    return max(_LEAST_SECONDS, _deadline.get() - time.monotonic())
