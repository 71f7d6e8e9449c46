"""The line of a request has its account, route and result."""

from __future__ import annotations

import pytest

from app.observability import request_record
from tests.fixtures.accounts import CANARY


@pytest.fixture
def environ(app):
    """Return a dict that is filled with the WSGI environment of the next request."""
    kept = {}

    def watch(environ, start_response):
        answer = wsgi_app(environ, start_response)
        kept.update(environ)
        return answer

    wsgi_app, app.wsgi_app = app.wsgi_app, watch
    yield kept
    app.wsgi_app = wsgi_app


def test_the_app_leaves_id_route_and_account_for_the_server(api, account, environ):
    answer = api.get("/api/v1/me", account)
    line = request_record.describe(environ, 200, 7, 0.0012345)
    del line["timestamp"]
    assert line == {
        "level": "info",
        "logger": "app.observability.request_record",
        "event": "GET /api/v1/me 200",
        "requestId": answer.headers["X-Request-ID"],
        "accountId": str(account.id),
        "method": "GET",
        "route": "/api/v1/me",
        "status": 200,
        "durationMs": 1.234,
        "bytes": 7,
        "address": "127.0.0.1",
    }


def test_a_request_without_route_and_account_has_neither(api, environ):
    api.call(CANARY.upper(), f"/{CANARY}", status=404)
    line = request_record.describe(environ, 404, 0, 0)
    assert (line["event"], line["accountId"]) == ("OTHER unmatched 404", None)
    assert CANARY not in str(line).lower()


def test_a_request_that_the_app_never_saw_is_logged_as_a_failure():
    line = request_record.describe({"REQUEST_METHOD": CANARY}, 500, None, 0)
    assert (line["event"], line["level"]) == ("OTHER unmatched 500", "error")


def test_requests_refused_by_the_server_reach_the_listeners(monkeypatch):
    heard = []
    monkeypatch.setattr(request_record, "unread_listeners", [lambda *told: heard.append(told)])
    line = request_record.describe_unread(414, "LimitRequestLine", "an-id", "192.0.2.1")
    assert heard == [("OTHER", "unmatched", 414)]
    assert (line["reason"], line["requestId"]) == ("LimitRequestLine", "an-id")
    assert line["address"] == "192.0.2.1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (CANARY, None),
        (None, None),
    ],
)
def test_only_valid_addresses_are_logged(text, told):
    assert request_record.address_of(text) == told
