"""OpenTelemetry traces of requests and of their database commands, sent over OTLP/HTTP.

The instrumentations record much of what a client sends: URLs, user agents, exception messages. An
allow-list says what leaves this process, whatever later versions record.
"""

from __future__ import annotations

# Imported before a provider exists. In a forked worker the provider starts threads, whose lock is
# released by a fork handler that this import registers; handlers run in the order of registration.
import concurrent.futures.thread  # noqa: F401
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from flask import request
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import SpanContext, SpanKind, Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from requests import Session

from app.extensions import app_settings
from app.observability import request_record
from config import urls
from config.core import SLUG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask, Response

    from config.base import Base

REQUEST_ID: Final = "request.id"
ACCOUNT_ID: Final = "enduser.id"
TOLD: Final = frozenset(
    {
        REQUEST_ID,
        ACCOUNT_ID,
        "db.collection.name",
        "db.mongodb.collection",
        "db.name",
        "db.namespace",
        "db.operation.name",
        # Only the name of the command, which is the instrumentation's default.
        "db.statement",
        "db.system",
        "db.system.name",
        "error.type",
        "http.method",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "http.status_code",
    }
)


def init_app(app: Flask) -> None:
    """Trace the requests of *app* and this process's database clients, made from now on."""
    settings = app_settings.of(app)
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(settings.OTEL_TRACES_SAMPLER_ARG),
        resource=Resource({SERVICE_NAME: SLUG, SERVICE_VERSION: settings.RELEASE}),
    )
    provider.add_span_processor(Batches(settings))
    app.extensions["traces"] = provider
    # Strangers must not decide what is sampled: the header is used only if a trusted proxy sets or
    # removes it. Baggage is never used: it is a client's text that nothing here reads.
    taken_over = TraceContextTextMapPropagator() if settings.TRUSTED_PROXIES else Untaken([])
    propagate.set_global_textmap(taken_over)
    FlaskInstrumentor().instrument_app(  # type: ignore[no-untyped-call]  # untyped there
        app, tracer_provider=provider, enable_commenter=False
    )
    PymongoInstrumentor().instrument(tracer_provider=provider)
    app.after_request(name_request)


def name_request(response: Response) -> Response:
    """Give the span of the request in hand the id and the account that its log line has."""
    span = trace.get_current_span()
    seen = request_record.seen_in(request.environ)
    if span.is_recording() and seen.request_id:
        span.set_attribute(REQUEST_ID, seen.request_id)
        if seen.account_id:
            span.set_attribute(ACCOUNT_ID, seen.account_id)
    return response


class Untaken(CompositePropagator):
    """Ignores the trace context of a request."""

    def extract(self, carrier: Any, context: Context | None = None, getter: Any = None) -> Context:
        """Return the current context."""
        del carrier, getter
        return context or Context()


class Batches(SpanProcessor):
    """Sends spans in batches, from a thread that begins with the first span: after the fork."""

    def __init__(self, settings: Base) -> None:
        self._settings = settings
        self._lock = Lock()
        self._batches: BatchSpanProcessor | None = None

    def on_end(self, span: ReadableSpan) -> None:
        """Keep a span for the next batch, unless it is a command outside of any request."""
        if span.parent is None and span.kind is SpanKind.CLIENT:
            # Servers send such commands by themselves, every few seconds.
            return
        if self._batches is None:
            with self._lock:
                self._batches = self._batches or BatchSpanProcessor(Redacted(self._settings))
        self._batches.on_end(span)

    def shutdown(self) -> None:
        """Send what is kept, as the process ends."""
        if self._batches is not None:
            self._batches.shutdown()  # type: ignore[no-untyped-call]  # as above

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is kept now."""
        return self._batches is None or self._batches.force_flush(timeout_millis)


class Redacted(SpanExporter):
    """Sends spans without anything that a client wrote."""

    def __init__(self, settings: Base) -> None:
        endpoint = f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT}".rstrip("/")
        texts = (settings.OTEL_EXPORTER_OTLP_HEADERS or "").split(",")
        pairs = (text.strip().partition("=") for text in texts if text)
        headers = {name: unquote(value) for name, _, value in pairs}
        session = Session()
        # A proxy from the environment would look for localhost on its own machine.
        session.trust_env = not urls.is_loopback(urlsplit(endpoint).netloc)
        endpoint = f"{endpoint}/v1/traces"
        self._exporter = OTLPSpanExporter(endpoint, headers=headers, session=session)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send *spans*."""
        return self._exporter.export([redact(span) for span in spans])

    def shutdown(self) -> None:
        """Close the connection."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # as above


def redact(span: ReadableSpan) -> ReadableSpan:
    """Return a copy of *span* that holds nothing a client wrote."""
    attributes = {name: value for name, value in (span.attributes or {}).items() if name in TOLD}
    name = span.name
    if span.kind is SpanKind.SERVER and "http.route" not in attributes:
        # Without a route the instrumentation puts the path into the name.
        name = request_record.UNMATCHED
    return ReadableSpan(
        name,
        context=without_state(span.context),
        parent=without_state(span.parent),
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        # Without its description and the span's events: both repeat exception messages.
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def without_state(context: SpanContext | None) -> SpanContext | None:
    """Return *context* without the tracestate, which is a client's text (W3C Trace Context 3.3)."""
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)
