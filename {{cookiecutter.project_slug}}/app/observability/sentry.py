"""Report exceptions that are logged as errors to a service that speaks Sentry's protocol.

The SDK is told to collect nothing of a request, and an allow-list says what leaves this process:
classes of exceptions and their places, the request's id, route and account.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import sentry_sdk
from flask import has_request_context, request
from sentry_sdk.integrations.atexit import AtexitIntegration

from app.context import context
from app.extensions import app_settings
from app.observability import request_record
from config import urls

if TYPE_CHECKING:
    from flask import Flask
    from sentry_sdk.types import Event, Hint

TOLD: Final = frozenset(
    {
        "contexts",
        "environment",
        "event_id",
        "exception",
        "level",
        "platform",
        "release",
        "sdk",
        "server_name",
        "tags",
        "timestamp",
        "transaction",
        "user",
    }
)


def init_app(app: Flask) -> None:
    """Report what this process logs as errors, where SENTRY_DSN says."""
    settings = app_settings.of(app)
    is_near = urls.is_loopback(urlsplit(settings.SENTRY_DSN or "").netloc.rpartition("@")[2])
    # A proxy from the environment would look for localhost on its own machine.
    proxy = "" if is_near else None
    sentry_sdk.init(
        settings.SENTRY_DSN,
        http_proxy=proxy,
        https_proxy=proxy,
        release=settings.RELEASE,
        environment=type(settings).__name__.lower(),
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(callback=lambda *_: None)],
        before_send=redact,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, Reporter) for handler in root.handlers):
        root.addHandler(Reporter(logging.ERROR))


class Reporter(logging.Handler):
    """Reports the exceptions of records, those of gunicorn and of libraries included."""

    def emit(self, record: logging.LogRecord) -> None:
        """Report an exception; a line without one is for the log alone."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return
        with sentry_sdk.new_scope() as scope:
            scope.set_tag("logger", record.name)
            if has_request_context() and context.has_request_id:
                rule = request.url_rule.rule if request.url_rule else request_record.UNMATCHED
                scope.set_tag("request_id", context.request_id)
                scope.set_tag("route", rule)
                scope.set_transaction_name(rule)
                if context.is_authenticated:
                    scope.set_user({"id": str(context.account_id)})
            scope.capture_exception(error)


def redact(event: Event, _hint: Hint) -> Event:
    """Return the allowed part of *event*: of exceptions only names and places."""
    told: Any = {name: value for name, value in event.items() if name in TOLD}
    for error in told.get("exception", {}).get("values", ()):
        error["value"] = ""
        error.pop("mechanism", None)
        for frame in (error.get("stacktrace") or {}).get("frames", ()):
            frame.pop("vars", None)
    kept: Event = told
    return kept
