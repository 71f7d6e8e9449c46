"""Cross-origin requests: from the origins that are listed, and from no others."""

from __future__ import annotations

import pytest

from tests.fixtures.api import Api

ORIGIN = "https://app.example.com"
OTHERS = [
    "https://evil.example",
    "null",
    "https://app.example.com.evil.example",
    "http://app.example.com",
    ORIGIN.upper(),
    "",
]
PREFLIGHT = {"Access-Control-Request-Method": "PATCH"}


@pytest.fixture
def shared(make_app) -> Api:
    """Return a client of an app that allows ORIGIN to read its answers."""
    return Api(make_app(CORS_ORIGINS=(ORIGIN, "https://other.example.com")))


def test_an_allowed_origin_may_read_an_answer(shared):
    answer = shared.get("/health/live", headers={"Origin": ORIGIN})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


def test_an_allowed_origin_may_read_the_headers_that_matter(shared):
    answer = shared.get("/health/live", headers={"Origin": ORIGIN})
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Location", "Retry-After", "X-Request-ID"} <= exposed


@pytest.mark.parametrize("origin", OTHERS)
def test_another_origin_may_read_nothing(shared, origin):
    answer = shared.get("/health/live", headers={"Origin": origin})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("headers", [{}, {"Origin": ORIGIN}, {"Origin": "https://evil.example"}])
def test_caches_keep_origins_apart(shared, headers):
    assert "Origin" in shared.get("/health/live", headers=headers).vary


def test_a_problem_may_be_read_too(shared):
    answer = shared.get("/api/v1/me", headers={"Origin": ORIGIN}, status=401)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_a_preflight_needs_no_token(shared):
    headers = {"Origin": ORIGIN, **PREFLIGHT}
    answer = shared.call("OPTIONS", "/api/v1/me", headers=headers, status=204)
    assert answer.headers["Access-Control-Allow-Methods"] == "DELETE, GET, PATCH"
    allowed = set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert allowed >= {"Authorization", "traceparent", "tracestate", "baggage", "sentry-trace"}
    assert answer.headers["Access-Control-Max-Age"] == "3600"
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("origin", OTHERS)
def test_a_preflight_of_another_origin_is_a_request_without_token(shared, origin):
    headers = {"Origin": origin, **PREFLIGHT}
    answer = shared.call("OPTIONS", "/api/v1/me", headers=headers, status=401)
    assert "Access-Control-Allow-Methods" not in answer.headers


def test_options_that_is_no_preflight_needs_a_token(shared):
    shared.call("OPTIONS", "/api/v1/me", headers={"Origin": ORIGIN}, status=401)


def test_nobody_is_allowed_where_no_origin_is_listed(api):
    answer = api.get("/health/live", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in answer.headers
