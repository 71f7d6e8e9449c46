"""Each operation refuses what its contract excludes, by the same hooks as all others.

The operations are those of the url map: a new one is tested here without a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from pymongo.errors import ServerSelectionTimeoutError

from app import (
    hooks,
    #: if cookiecutter.oauth == "server"
    tokens,
    #: endif
)
from app.database import preparation
from app.hooks import headers as request_id
from app.hooks import routing
from app.tokens.claims import TokenType
from tests.fixtures.api import Api

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from app.operations import Operation, Operations
    from tests.fixtures.accounts import Person


class Called(NamedTuple):
    """An operation and how it is called."""

    method: str
    path: str
    operation: Operation


def _operations(app: Flask) -> list[Called]:
    contracts: Operations = app.extensions["operations"]
    adapter = app.url_map.bind("localhost")
    return [
        Called(
            method, adapter.build(rule.endpoint, _values(rule)), contracts[rule.endpoint, method]
        )
        for rule, method in contracts.walk()
        # Views without a contract are tested in tests/promises/test_strange_routes.py.
        if method not in {"HEAD", "OPTIONS"} and not contracts[rule.endpoint, method].is_raw
    ]


def _values(rule: Any) -> dict[str, UUID]:
    return {name: UUID(int=1) for name in rule.arguments}


def _call(
    app: Flask, called: Called, account: Person | None, status: int, **request: Any
) -> TestResponse:
    headers = request.pop("headers", {})
    if account is not None and not called.operation.is_public:
        is_refresh = called.operation.token_type is TokenType.REFRESH
        headers = {**(account.refresh_headers if is_refresh else account.headers), **headers}
    return Api(app).call(called.method, called.path, headers=headers, status=status, **request)


def test_unknown_hosts_are_refused_everywhere_but_by_probes(app, account):
    for called in _operations(app):
        if not called.operation.is_probe:
            _call(app, called, account, 400, headers={"Host": "unknown.example"})


def test_strangers_are_refused_by_every_operation_that_is_not_public(app):
    protected = [called for called in _operations(app) if not called.operation.is_public]
    assert protected
    for called in protected:
        assert _call(app, called, None, 401).headers["WWW-Authenticate"] == "Bearer"


#: if cookiecutter.security_headers
def test_plain_http_is_refused_everywhere_but_by_probes(app, monkeypatch):
    monkeypatch.setattr("config.testing.Testing.REQUIRES_HTTPS", True)
    for called in _operations(app):
        if not called.operation.is_probe:
            _call(app, called, None, 403)


#: endif
def test_every_operation_refuses_unacceptable_media_types(app, account):
    for called in _operations(app):
        answer = _call(app, called, account, 406, headers={"Accept": "model/none"})
        assert answer.json["type"] == "/problems/not-acceptable"


def test_no_operation_reads_text(app, account):
    for called in _operations(app):
        headers = {"Content-Type": "text/plain"}
        _call(app, called, account, 415, headers=headers, data="text")


def test_no_body_is_read_beyond_the_limit(app, account):
    for called in _operations(app):
        if called.operation.body is not None:
            headers = {"Content-Type": "application/json"}
            _call(app, called, account, 413, headers=headers, data="x" * 70_000)


#: if cookiecutter.oauth == "server"
def test_no_form_is_read_beyond_the_limit_or_if_it_is_not_utf_8(app):
    for called in _operations(app):
        if called.operation.form is not None:
            for status, form in ((413, b"a=" + b"x" * 70_000), (400, b"a=%ff"), (400, b"a=\xff")):
                headers = {"Content-Type": "application/x-www-form-urlencoded"}
                answer = _call(app, called, None, status, headers=headers, data=form)
                assert answer.mimetype == "application/problem+json"


def test_no_token_of_another_app_reaches_a_view_that_gives_it_no_scope(app, account):
    with app.app_context():
        claims = tokens.read(account.access_token, TokenType.ACCESS)
        pair = tokens.issue_pair(claims.account_id, claims.session_id, is_fresh=False, scope="none")
    for called in _operations(app):
        is_for_access = called.operation.token_type is TokenType.ACCESS
        if called.operation.is_public or not is_for_access:
            continue
        headers = {"Authorization": f"Bearer {pair.access_token}"}
        answer = _call(app, called, None, 403, headers=headers)
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith('Bearer error="insufficient_scope"')


#: endif
def test_no_broken_body_reaches_a_view(app, account):
    for called in _operations(app):
        if called.operation.body is not None:
            headers = {"Content-Type": "application/json"}
            _call(app, called, account, 400, headers=headers, data="{")


def test_no_unknown_member_reaches_a_view(app, account):
    for called in _operations(app):
        if called.operation.body is not None:
            answer = _call(app, called, account, 422, json={"somethingElse": 1})
            assert answer.json["errors"]


def test_no_unknown_parameter_reaches_a_view(app, account):
    for called in _operations(app):
        #: if cookiecutter.oauth == "client"
        # What a provider adds to the address is ignored: RFC 6749 section 4.1.2.
        if called.path.endswith("/callback"):
            continue
        #: endif
        if not called.operation.has_free_query:
            query = {"query_string": "somethingElse=1"}
            body = {"json": {}} if called.operation.body else {}
            _call(app, called, account, 422, **query, **body)


def test_every_operation_of_the_api_waits_for_the_database(make_app, monkeypatch):
    app = make_app(is_prepared=False)

    def find_nobody():
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(preparation, "prepare", find_nobody)
    for called in _operations(app):
        if called.operation.needs_database:
            assert _call(app, called, None, 503).headers["Retry-After"]


#: if cookiecutter.throttling
def test_every_operation_refuses_callers_that_ask_too_often(make_app):
    app = make_app(RATELIMIT_DEFAULT="1 per hour", RATELIMIT_AUTH="1 per hour")
    for called in _operations(app):
        if called.operation.is_throttled:
            headers = {"Accept": "model/none"}
            Api(app).client.open(called.path, method=called.method, headers=headers)
            assert _call(app, called, None, 429).headers["Retry-After"]


#: endif
def test_no_operation_tells_anything_about_an_unexpected_error(app, monkeypatch):
    def fail():
        message = "an accident at /srv/app"
        raise RuntimeError(message)

    steps = (request_id.assign_request_id, routing.find_operation, fail)
    monkeypatch.setattr(hooks, "BEFORE_REQUEST", steps)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for called in _operations(app):
        assert "accident" not in _call(app, called, None, 500).text
