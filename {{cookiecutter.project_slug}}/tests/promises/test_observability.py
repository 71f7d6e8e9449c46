"""Output: logs, metrics, traces and reports do not repeat what a client sends."""

from __future__ import annotations

import os
import re
import signal
import time
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest

from tests.fixtures.accounts import CANARY

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.collectors import Watched

WORD: Final = CANARY.encode()
HEAD: Final = b"Host: localhost\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
NAMES: Final = (
    *("Accept-Language", "Authorization", "Baggage", "Cookie", "Forwarded", "From", "If-Match"),
    *("If-None-Match", "Origin", "Referer", "User-Agent", "X-Api-Key", "X-Canary"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Request-ID"),
)
HEADERS: Final = b"".join(f"{name}: {CANARY}\r\n".encode() for name in NAMES)
TRACED: Final = b"traceparent: 00-" + b"1" * 32 + b"-" + b"2" * 16 + b"-01\r\ntracestate: a=" + WORD
JSON: Final = b"Content-Type: application/json\r\n"
HTTPS: Final = {"X_Forwarded_Proto": "https"}
LOGIN: Final = b'{"email": "canary@canary.example", "password": "canary sings in the mine"}'


def post(path: bytes, body: bytes, headers: bytes = b"") -> bytes:
    """Return a request with a body."""
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    return b"POST " + path + b" HTTP/1.1\r\n" + HEAD + headers + length + body


# Each part of a request, by how the server handles it.
REQUESTS: Final = {
    "path": (b"GET /canary/canary HTTP/1.1\r\n" + HEAD + b"\r\n", 404),
    "path of the API": (b"GET /api/v1/me/notes/canary HTTP/1.1\r\n" + HEAD + b"\r\n", 401),
    "query": (b"GET /health/live?canary=canary HTTP/1.1\r\n" + HEAD + b"\r\n", 200),
    "fragment": (b"GET /health/live#canary HTTP/1.1\r\n" + HEAD + b"\r\n", 200),
    "whole URL": (b"GET http://canary:canary@localhost/ HTTP/1.1\r\n" + HEAD + b"\r\n", 400),
    "method": (b"CANARY /health/live HTTP/1.1\r\n" + HEAD + b"\r\n", 405),
    "headers": (b"GET /api/v1/me HTTP/1.1\r\n" + HEAD + HEADERS + b"\r\n", 401),
    "type": (b"GET /health/live HTTP/1.1\r\n" + HEAD + b"Accept: canary/canary\r\n\r\n", 406),
    "host": (b"GET /api/v1/me HTTP/1.1\r\nHost: canary\r\nConnection: close\r\n\r\n", 400),
    "body": (post(b"/api/v1/auth/login", LOGIN, JSON), 401),
    "broken body": (post(b"/api/v1/auth/login", WORD, JSON), 400),
    "wrong type": (post(b"/api/v1/auth/login", WORD, b"Content-Type: text/canary\r\n"), 415),
    "line": (b"canary\r\n\r\n", 400),
    "name of a header": (b"GET / HTTP/1.1\r\ncanary canary: x\r\n\r\n", 400),
    "version": (b"GET / CANARY/1.1\r\n\r\n", 400),
    "coding": (post(b"/", b"", b"Transfer-Encoding: canary\r\n"), 400),
    "long line": (b"GET /" + WORD * 1000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n", 414),
    "long header": (b"GET / HTTP/1.1\r\n" + HEAD + b"X: " + WORD * 2000 + b"\r\n\r\n", 431),
    "failure": (post(b"/broken/canary?canary=canary", b"", HEADERS + TRACED + b"\r\n"), 500),
}


@pytest.mark.checklist("output.no-secrets", "input.no-secret-url")
def test_nothing_of_a_request_is_repeated_anywhere(watched: Watched) -> None:
    collector = watched.collector
    begun = len(collector.posts)
    for what, (request, status) in REQUESTS.items():
        answer = watched.server.exchange(request)
        assert int(answer.split()[1]) == status, what
    collector.await_one(lambda each: each.events[-1:])
    collector.await_one(lambda each: [s for s in each.spans if s.name == "POST /broken/<word>"][:1])
    # In these two, the messages of the exception and of gunicorn would repeat everything.
    log = watched.server.read_log("RuntimeError", "LimitRequestLine")
    told = {
        "the log": log,
        "the metrics": watched.metrics,
        "the collector": str([(post[0], post[2]) for post in collector.posts[begun:]]),
    }
    for where, text in told.items():
        assert text, where
        assert CANARY not in text.lower(), where


@pytest.mark.checklist("input.no-secret-url")
def test_each_request_is_one_line_that_names_its_route_and_not_its_path(
    watched: Watched, account: Person
) -> None:
    key = uuid4()
    path = f"/sought/{key}?token={CANARY}"
    answer = watched.server.ask("GET", path, **account.headers, X_Forwarded_Proto="https")
    request_id = answer.headers["X-Request-ID"]
    lines = watched.read_lines(request_id)
    (line,) = [line for line in lines if line["logger"] == "app.observability.request_record"]
    assert line | {"timestamp": "", "durationMs": 0, "bytes": 0} == {
        "timestamp": "",
        "level": "info",
        "logger": "app.observability.request_record",
        "event": "GET /sought/<uuid:key> 404",
        "requestId": request_id,
        "accountId": str(account.id),
        "method": "GET",
        "route": "/sought/<uuid:key>",
        "status": 404,
        "durationMs": 0,
        "bytes": 0,
        "address": "127.0.0.1",
    }
    assert 0 < line["durationMs"] < 20_000
    assert line["bytes"] == len(answer.body)
    assert str(key) not in str(lines)


def test_a_failure_has_its_request_id_and_its_place(watched: Watched) -> None:
    request_id = str(uuid4())
    answer = watched.server.ask("POST", f"/broken/{CANARY}", X_Request_ID=request_id, **HTTPS)
    assert answer.status == 500
    assert answer.headers["X-Request-ID"] == request_id
    lines = watched.read_lines(request_id)
    (text,) = [line["exception"] for line in lines if "exception" in line]
    assert text.startswith("Traceback (most recent call last):\n")
    assert "builtins.KeyError\n" in text
    assert text.endswith("builtins.RuntimeError")
    assert "tests/fixtures/broken_server.py" in text
    event = watched.collector.await_one(
        lambda each: [e for e in each.events if e["tags"].get("request_id") == request_id]
    )
    assert (event["release"], event["environment"]) == ("1.2.3", "production")
    assert event["tags"]["route"] == "/broken/<word>"
    kinds = [error["type"] for error in event["exception"]["values"]]
    assert kinds == ["KeyError", "RuntimeError"]
    assert event["exception"]["values"][1]["stacktrace"]["frames"][-1]["function"] == "fail"


def test_a_trace_names_the_route_and_the_commands_of_a_request(
    watched: Watched, account: Person
) -> None:
    answer = watched.server.ask("GET", "/api/v1/me", **account.headers, **HTTPS)
    assert answer.status == 200
    request_id = answer.headers["X-Request-ID"]
    span = watched.collector.await_one(
        lambda each: [s for s in each.spans if attributes_of(s).get("request.id") == request_id]
    )
    assert span.name == "GET /api/v1/me"
    assert attributes_of(span) == {
        "request.id": request_id,
        "enduser.id": str(account.id),
        "http.method": "GET",
        "http.route": "/api/v1/me",
        "http.status_code": "200",
    }
    children = [s for s in watched.collector.spans if s.parent_span_id == span.span_id]
    # The first request of a worker also prepares the database.
    read = {
        "db.system": "mongodb",
        "db.name": children[0].name.partition(".")[0],
        "db.statement": "find",
        "db.mongodb.collection": "accounts",
    }
    assert read in [attributes_of(child) for child in children]


def attributes_of(span: Any) -> dict[str, str]:
    """Return the attributes of a span as texts."""
    return {
        each.key: each.value.string_value or str(each.value.int_value) for each in span.attributes
    }


def test_counters_add_up_over_all_workers_and_outlive_them(watched: Watched) -> None:
    labels = {"method": "GET", "route": "/openapi.json", "status": "200"}

    def count() -> float:
        return watched.read_counter("http_requests_total", **labels)

    before = count()
    for _ in range(20):
        assert watched.server.ask("GET", "/openapi.json", **HTTPS).status == 200
    assert {count() for _ in range(6)} == {before + 20}
    for _ in range(2):
        booted = _booted(watched)
        os.kill(booted[-2], signal.SIGKILL)
        deadline = time.monotonic() + 20
        while _booted(watched) == booted:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert count() == before + 20
    assert watched.server.ask("GET", "/openapi.json", **HTTPS).status == 200
    assert count() == before + 21
    assert watched.read_counter("http_requests_in_progress") == 0
    assert watched.read_counter("http_request_duration_seconds_count", route="/openapi.json") >= 21


def _booted(watched: Watched) -> list[int]:
    """Return the process ids of all workers so far: the last two are alive."""
    found = re.findall(r"Booting worker with pid: (\d+)", watched.server.printed)
    return [int(pid) for pid in found]
