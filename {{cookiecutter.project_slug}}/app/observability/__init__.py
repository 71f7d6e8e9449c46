"""What an operator sees of the app: log lines, metrics, traces and error reports.

None of them holds what came with a request (path, query, headers, body): a request is identified
by its id, its account and its route.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from app.extensions import app_settings
from app.observability import logs, request_record

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Set up logs, traces and reports for *app*, before its own hooks: the outermost see all.

    What is not configured is not imported: the libraries would double the start time.
    """
    settings = app_settings.of(app)
    logs.init_app(app)
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        import_module("app.observability.traces").init_app(app)
    if settings.SENTRY_DSN:
        import_module("app.observability.sentry").init_app(app)
    # Last: Flask runs later registrations first, and traces use what this one finds out.
    request_record.init_app(app)
