"""The connection to MongoDB: made lazily, so that each worker makes its own after the fork."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mongoengine

#: if cookiecutter.observability
from app.models import slow_queries
#: endif
from config.base import SLUG

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the connection that MONGODB_URI describes, TLS options included.

    Nothing is opened before the first query. A second application of the same process
    shares the connection where it names the same database, and replaces it where not.
    """
    options: dict[str, Any] = {
        "host": app.config["MONGODB_URI"],
        # Where that names none: the driver's own would be one for all projects.
        "db": SLUG,
        "uuidRepresentation": "standard",
        "tz_aware": True,
        "connect": False,
        "appname": SLUG,
        #: if cookiecutter.observability
        "event_listeners": slow_queries.make_listeners(app.config),
        #: endif
    }
    try:
        mongoengine.connect(**options)
    except mongoengine.ConnectionFailure:
        mongoengine.disconnect()
        mongoengine.connect(**options)
