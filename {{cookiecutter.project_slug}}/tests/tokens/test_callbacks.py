"""A view with Flask-JWT-Extended's own decorator answers the same problems as the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from flask_jwt_extended import get_jwt_identity, jwt_required

from app import tokens
from app.accounts import sessions
from app.errors import Problem, UnauthorizedError
from tests.fixtures.tokens import Forger, make_token_app

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from app.tokens.claims import Claims


@pytest.fixture(scope="module")
def guarded_app() -> Flask:
    """Return an app of views under @jwt_required."""
    app = make_token_app()
    app.register_error_handler(Problem, lambda problem: ("", problem.status, problem.headers))
    views: dict[str, dict[str, Any]] = {
        "/any": {},
        "/fresh": {"fresh": True},
        "/refresh": {"refresh": True},
    }
    for path, options in views.items():
        app.add_url_rule(path, path, jwt_required(**options)(get_jwt_identity))
    return app


@pytest.fixture
def client(guarded_app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return a client of these views, for which every session is valid."""
    monkeypatch.setattr(sessions, "find_caller", lambda _claims: None)
    return guarded_app.test_client()


@pytest.fixture
def forger(guarded_app: Flask) -> Forger:
    """Return a forger of tokens for these views."""
    return Forger(guarded_app)


def get(client: FlaskClient, path: str, authorization: str | None = None) -> TestResponse:
    """Return the answer to a request with that header."""
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.get(path, headers=headers)


def test_a_good_token_is_accepted(client: FlaskClient, guarded_app: Flask) -> None:
    account_id = uuid4()
    with guarded_app.app_context():
        pair = tokens.issue_pair(account_id, uuid4(), is_fresh=True)
    for path, token in (
        ("/any", pair.access_token),
        ("/fresh", pair.access_token),
        ("/refresh", pair.refresh_token),
    ):
        assert get(client, path, f"Bearer {token}").text == str(account_id)


@pytest.mark.parametrize("authorization", [None, "", "Basic YTpi", "Token x"])
def test_a_request_without_a_token_is_asked_for_one(
    client: FlaskClient, authorization: str | None
) -> None:
    answer = get(client, "/any", authorization)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/any", {"exp": 1}),
        ("/any", {"type": "refresh"}),
        ("/any", {"type": None}),
        ("/any", {"jti": "x"}),
        ("/any", {"sub": "x"}),
        ("/any", {"aud": "other"}),
        ("/any", {"iss": "other"}),
        ("/any", {"scopes": "all"}),
        ("/any", {"nbf": 2**40}),
        ("/fresh", {}),
        ("/refresh", {}),
    ],
)
def test_a_signed_token_that_is_not_valid_here_is_invalid(
    client: FlaskClient, forger: Forger, path: str, changes: dict[str, Any]
) -> None:
    answer = get(client, path, f"Bearer {forger.token(payload=forger.payload(**changes))}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("text", ["x", "a.b.c", "x y", "eyJhbGciOiJub25lIn0.e30.", "é"])
def test_text_that_is_no_token_is_invalid(client: FlaskClient, text: str) -> None:
    answer = get(client, "/any", f"Bearer {text}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_header_that_is_not_issued_here_is_invalid(client: FlaskClient, forger: Forger) -> None:
    for header in (forger.header(crit=[]), forger.header(kid="x"), forger.header(jwk={})):
        assert get(client, "/any", f"Bearer {forger.token(header)}").status_code == 401


def test_a_token_of_a_session_that_is_over_is_invalid(
    client: FlaskClient, forger: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(claims: Claims) -> None:
        raise UnauthorizedError(str(claims.session_id))

    monkeypatch.setattr(sessions, "find_caller", end)
    answer = get(client, "/any", f"Bearer {forger.token()}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("query", ["jwt", "access_token", "token"])
def test_a_token_in_the_query_does_not_count(
    client: FlaskClient, forger: Forger, query: str
) -> None:
    assert get(client, f"/any?{query}={forger.token()}").status_code == 401


def test_a_token_in_a_cookie_does_not_count(client: FlaskClient, forger: Forger) -> None:
    client.set_cookie("access_token_cookie", forger.token())
    assert get(client, "/any").status_code == 401
