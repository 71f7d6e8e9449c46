"""The connection to MongoDB: made lazily, so that each worker makes its own after the fork."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mongoengine

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the connection that MONGODB_URI describes, TLS options included.

    Nothing is opened before the first query. A second application of the same process
    shares the connection where it names the same database, and replaces it where not.
    """
    options: dict[str, Any] = {
        "host": app.config["MONGODB_URI"],
        "uuidRepresentation": "standard",
        "tz_aware": True,
        "connect": False,
        "appname": "{{ cookiecutter.project_slug }}",
    }
    try:
        mongoengine.connect(**options)
    except mongoengine.ConnectionFailure:
        mongoengine.disconnect()
        mongoengine.connect(**options)
