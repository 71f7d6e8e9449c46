"""What an operator sees of the app: log lines, metrics, traces and failures.

Whatever came with a request (its path, query, headers and body) is in none of them: a request
is known by its id, its account and its route.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from app.extensions import app_settings
from app.observability import logs, request_record

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Have *app* tell what it does, before its own hooks: the outermost see all.

    What is not configured is not even imported: the libraries would double the time of a start.
    """
    settings = app_settings.of(app)
    logs.init_app(app)
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        import_module("app.observability.traces").init_app(app)
    if settings.SENTRY_DSN:
        import_module("app.observability.sentry").init_app(app)
    # Last: Flask runs what is registered later first, and traces tell what this finds.
    request_record.init_app(app)
