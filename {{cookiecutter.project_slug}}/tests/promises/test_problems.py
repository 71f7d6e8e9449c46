"""Each operation refuses what its contract excludes, by the same hooks as all others.

The operations are those of the url map: a new one is tested here without a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
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
from tests.fixtures.operations import JSON, each_route

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.operations import Route


def has_contract(route: Route) -> bool:
    """Tell whether hooks hold requests to something; test_strange_routes.py has the others."""
    return not route.contract.is_raw


def is_no_probe(route: Route) -> bool:
    """Tell whether the route is for clients."""
    return not route.contract.is_probe


def is_protected(route: Route) -> bool:
    """Tell whether the route asks for a token."""
    return not route.contract.is_public


def takes_body(route: Route) -> bool:
    """Tell whether a body is taken."""
    return route.contract.body is not None


def takes_json(route: Route) -> bool:
    """Tell whether a body in JSON is taken."""
    return takes_body(route) and JSON in route.contract.takes


@pytest.fixture
def account(make_account: MakeAccount, operation: Route) -> Person:
    """Return somebody who may call the operation that a test is run for."""
    role = operation.contract.role
    return make_account(roles=[role] if role else [])


def _call(
    app: Flask, route: Route, account: Person | None, status: int, **request: Any
) -> TestResponse:
    headers = request.pop("headers", {})
    if account is not None and not route.contract.is_public:
        is_refresh = route.contract.token_type is TokenType.REFRESH
        headers = {**(account.refresh_headers if is_refresh else account.headers), **headers}
    return Api(app).call(route.method, route.path, headers=headers, status=status, **request)


@each_route(has_contract, is_no_probe)
def test_unknown_hosts_are_refused_everywhere_but_by_probes(app, account, operation):
    _call(app, operation, account, 400, headers={"Host": "unknown.example"})


@each_route(has_contract, is_protected)
def test_strangers_are_refused_by_every_operation_that_is_not_public(app, operation):
    assert _call(app, operation, None, 401).headers["WWW-Authenticate"] == "Bearer"


#: if cookiecutter.security_headers
@each_route(has_contract, is_no_probe)
def test_plain_http_is_refused_everywhere_but_by_probes(app, monkeypatch, operation):
    monkeypatch.setattr("config.testing.Testing.REQUIRES_HTTPS", True)
    _call(app, operation, None, 403)


#: endif
@each_route(has_contract)
def test_every_operation_refuses_unacceptable_media_types(app, account, operation):
    answer = _call(app, operation, account, 406, headers={"Accept": "model/none"})
    assert answer.json["type"] == "/problems/not-acceptable"


@each_route(has_contract)
def test_no_operation_reads_text(app, account, operation):
    headers = {"Content-Type": "text/plain"}
    _call(app, operation, account, 415, headers=headers, data="text")


@each_route(has_contract, takes_body)
def test_no_body_is_read_beyond_the_limit(app, account, operation):
    headers = {"Content-Type": operation.contract.takes[0]}
    _call(app, operation, account, 413, headers=headers, data="x" * 70_000)


#: if cookiecutter.oauth == "server"
def takes_access_token(route: Route) -> bool:
    """Tell whether the route asks for a token that another app may have."""
    return is_protected(route) and route.contract.token_type is TokenType.ACCESS


@each_route(has_contract, lambda route: route.contract.form is not None)
def test_no_form_is_read_beyond_the_limit_or_if_it_is_not_utf_8(app, operation):
    for status, form in ((413, b"a=" + b"x" * 70_000), (400, b"a=%ff"), (400, b"a=\xff")):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = _call(app, operation, None, status, headers=headers, data=form)
        assert answer.mimetype == "application/problem+json"


@each_route(has_contract, takes_access_token)
def test_no_token_of_another_app_reaches_a_view_that_gives_it_no_scope(app, account, operation):
    with app.app_context():
        claims = tokens.read(account.access_token, TokenType.ACCESS)
        pair = tokens.issue_pair(claims.account_id, claims.session_id, is_fresh=False, scope="none")
    headers = {"Authorization": f"Bearer {pair.access_token}"}
    answer = _call(app, operation, None, 403, headers=headers)
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer error="insufficient_scope"')


#: endif
@each_route(has_contract, takes_json)
def test_no_broken_body_reaches_a_view(app, account, operation):
    _call(app, operation, account, 400, headers={"Content-Type": JSON}, data="{")


@each_route(has_contract, takes_json)
def test_no_unknown_member_reaches_a_view(app, account, operation):
    answer = _call(app, operation, account, 422, json={"somethingElse": 1})
    assert answer.json["errors"]


@each_route(has_contract, lambda route: not route.contract.has_free_query)
def test_no_unknown_parameter_reaches_a_view(app, account, operation):
    #: if cookiecutter.oauth == "client"
    # What a provider adds to the address is ignored: RFC 6749 section 4.1.2.
    if operation.path.endswith("/callback"):
        return
    #: endif
    query = {"query_string": "somethingElse=1"}
    taken = operation.contract.takes[0]
    body = {"data": "{}", "content_type": taken} if takes_body(operation) else {}
    _call(app, operation, account, 422, **query, **body)


@each_route(has_contract, lambda route: route.contract.needs_database)
def test_every_operation_of_the_api_waits_for_the_database(app, monkeypatch, operation):
    def find_nobody():
        raise ServerSelectionTimeoutError

    preparation.state.of(app).is_done = False
    monkeypatch.setattr(preparation, "prepare", find_nobody)
    assert _call(app, operation, None, 503).headers["Retry-After"]


#: if cookiecutter.throttling
@each_route(has_contract, lambda route: route.contract.is_throttled)
def test_every_operation_refuses_callers_that_ask_too_often(throttled_app, operation):
    headers = {"Accept": "model/none"}
    Api(throttled_app).client.open(operation.path, method=operation.method, headers=headers)
    assert _call(throttled_app, operation, None, 429).headers["Retry-After"]


#: endif
@each_route(has_contract)
def test_no_operation_tells_anything_about_an_unexpected_error(app, monkeypatch, operation):
    def fail():
        message = "an accident at /srv/app"
        raise RuntimeError(message)

    steps = (request_id.assign_request_id, routing.find_operation, fail)
    monkeypatch.setattr(hooks, "BEFORE_REQUEST", steps)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert "accident" not in _call(app, operation, None, 500).text
