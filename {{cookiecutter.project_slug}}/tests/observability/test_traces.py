"""Traces leave this process without anything that a client wrote."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from app.observability import traces
from config.testing import Testing
from tests.fixtures.accounts import CANARY
from tests.fixtures.api import Api

# gunicorn forks its workers from a process that has the provider already.
FORKING = """
import os
from app.observability import traces
provider = traces.TracerProvider(resource=traces.Resource({}))
import concurrent.futures.thread
if (child := os.fork()) == 0:
    os._exit(0)
os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def make_span(name, **attributes):
    """Return a span with text of a client in every possible place."""
    state = TraceState([("vendor", CANARY)])
    context = SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(1), trace_state=state)
    return ReadableSpan(
        name,
        context=context,
        parent=SpanContext(1, 3, is_remote=True, trace_state=state),
        resource=Resource({"service.name": "here"}),
        attributes={"http.url": CANARY, "http.user_agent": CANARY, **attributes},
        events=[Event("exception", {"exception.message": CANARY})],
        kind=SpanKind.SERVER,
        status=Status(StatusCode.ERROR, CANARY),
        start_time=1,
        end_time=2,
    )


def test_a_span_is_sent_without_what_a_client_wrote():
    told = traces.redact(make_span("GET /notes", **{"http.route": "/notes"}))
    assert CANARY not in told.to_json()
    assert told.name == "GET /notes"
    assert dict(told.attributes) == {"http.route": "/notes"}
    assert (told.context.trace_id, told.context.span_id, told.parent.span_id) == (1, 2, 3)
    assert told.status.status_code is StatusCode.ERROR


def test_a_collector_on_this_machine_is_reached_without_a_proxy(collector, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    exporter = traces.Redacted(Testing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url))
    exporter.export([make_span("GET /notes", **{"http.route": "/notes"})])
    assert [span.name for span in collector.spans] == ["GET /notes"]


def test_a_span_without_a_route_gets_a_general_name():
    assert traces.redact(make_span(f"GET /{CANARY}")).name == "unmatched"


def test_a_worker_can_be_forked_although_threads_started_after_the_provider():
    with subprocess.Popen([sys.executable, "-c", FORKING], start_new_session=True) as process:
        try:
            assert process.wait(30) == 0
        finally:
            # Its child keeps the pipe open that it waits for.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_a_root_has_no_parent():
    assert traces.without_state(None) is None


def test_traces_go_to_the_collector_with_its_headers(make_app, account, collector):
    app = make_app(
        OTEL_EXPORTER_OTLP_ENDPOINT=f"{collector.url}/",
        OTEL_EXPORTER_OTLP_HEADERS="api-key=a%20b, other=c",
    )
    Api(app).get("/api/v1/me", account)
    Api(app).get("/nothing", status=404)
    app.extensions["traces"].shutdown()
    (_, headers, _) = collector.posts[0]
    assert (headers["api-key"], headers["other"]) == ("a b", "c")
    names = {span.name for span in collector.spans}
    assert names >= {"GET /api/v1/me", "unmatched"}


def test_no_request_is_traced_where_the_share_is_zero(make_app, collector):
    app = make_app(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_TRACES_SAMPLER_ARG=0)
    Api(app).get("/health/live")
    assert app.extensions["traces"].force_flush()
    app.extensions["traces"].shutdown()
    assert collector.posts == []


@pytest.mark.parametrize("proxies", [0, 1])
def test_only_a_trusted_proxy_decides_whether_a_request_is_traced(make_app, collector, proxies):
    app = make_app(
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_TRACES_SAMPLER_ARG=0,
        TRUSTED_PROXIES=proxies,
    )
    parent = f"00-{'1' * 32}-{'2' * 16}-01"
    Api(app).get("/health/live", headers={"traceparent": parent})
    app.extensions["traces"].shutdown()
    assert len(collector.posts) == proxies


def test_nothing_is_kept_before_the_first_span(make_app):
    batches = traces.Batches(make_app().extensions["settings"])
    assert batches.force_flush()
    batches.shutdown()
    assert batches._batches is None


@pytest.fixture(autouse=True)
def _database_is_traced_no_longer():
    yield
    traces.PymongoInstrumentor().uninstrument()
