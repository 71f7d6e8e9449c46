"""Deny by default: who calls is known before any view runs."""

from __future__ import annotations

import pytest
from flask.views import MethodView

from app.decorators import public, returns
from app.health import HealthOut
from tests.fixtures.api import Api


class Unmarked(MethodView):
    """A route that says nothing about who may call it."""

    @returns(HealthOut)
    def get(self):
        """Answer."""
        return {"status": "open", "release": ""}

    @public
    @returns(HealthOut)
    def post(self):
        """Answer everybody."""
        return {"status": "open", "release": ""}


@pytest.fixture
def unmarked(make_app) -> Api:
    """Return a client of an app with a further route, outside of /api."""
    app = make_app()
    app.add_url_rule("/unmarked", view_func=Unmarked.as_view("unmarked"))
    return Api(app)


def test_a_route_without_a_mark_asks_for_a_token(unmarked):
    unmarked.get("/unmarked", status=401)


def test_a_route_without_a_mark_serves_who_has_a_token(unmarked, account):
    unmarked.get("/unmarked", account)


def test_a_mark_on_one_method_opens_no_other(unmarked):
    unmarked.post("/unmarked", status=200)
    unmarked.call("HEAD", "/unmarked", status=401)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_the_scheme_is_read_in_any_case(api, account, scheme):
    api.get("/api/v1/me", headers={"Authorization": f"{scheme} {account.access_token}"})


def test_without_a_token_the_challenge_has_no_error_code(api):
    answer = api.get("/api/v1/me", status=401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Token", "JWT", ""])
def test_other_schemes_are_no_credentials_here(api, account, scheme):
    headers = {"Authorization": f"{scheme} {account.access_token}"}
    answer = api.get("/api/v1/me", headers=headers, status=401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer a b c", "Bearer é"]
)
def test_text_that_is_no_token_is_an_invalid_token(api, header):
    answer = api.get("/api/v1/me", headers={"Authorization": header}, status=401)
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_token_is_read_from_the_header_only(api, account):
    token = account.access_token
    api.get("/api/v1/me", query_string={"access_token": token, "jwt": token}, status=401)
    api.client.set_cookie("access_token_cookie", token)
    api.get("/api/v1/me", status=401)


def test_a_refresh_token_is_no_access_token(api, account):
    api.get("/api/v1/me", headers=account.refresh_headers, status=401)


def test_an_access_token_refreshes_nothing(api, account):
    api.post("/api/v1/auth/refresh", account, status=401)
    api.get("/api/v1/me", account)


def test_a_token_of_a_deleted_account_is_over(api, account, database):
    database.accounts.delete_one({"_id": account.id})
    api.get("/api/v1/me", account, status=401)


def test_a_token_of_a_session_that_ended_is_over(api, account, database):
    database.accounts.update_one({"_id": account.id}, {"$set": {"sessions": []}})
    api.get("/api/v1/me", account, status=401)


def test_all_refused_tokens_are_answered_alike(api, account):
    bodies = [
        api.get("/api/v1/me", headers={"Authorization": header}, status=401).json
        for header in ("Bearer x", f"Bearer {account.refresh_token}", "Basic x")
    ]
    for body in bodies:
        del body["requestId"], body["instance"]
    assert bodies[0] == bodies[1] == bodies[2]


def test_public_routes_do_not_look_at_a_token(api):
    api.get("/health/live", headers={"Authorization": "Bearer broken"})
