"""Access: requests are throttled, for every caller and route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.api import Api
from tests.fixtures.operations import each_route

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import LogIn, Person
    from tests.fixtures.application import MakeApp
    #: if cookiecutter.oauth == "server"
    from tests.fixtures.oauth import MakeOtherApp, OtherApp
    #: endif
    from tests.fixtures.operations import Route

pytestmark = pytest.mark.checklist("access.throttle")

ME = "/api/v1/me"
MOST = 3
SPOOFED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP")
#: if cookiecutter.security_headers
PROTECTION = (
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Content-Security-Policy",
    "Strict-Transport-Security",
)
#: endif


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """Return an app that refuses the fourth request of a minute."""
    return make_app(RATELIMIT_DEFAULT=f"{MOST} per minute", RATELIMIT_AUTH="2 per minute")


def ask(
    api: Api, path: str = ME, *, method: str = "GET", address: str = "192.0.2.1", **request: Any
) -> TestResponse:
    """Send a request from an address; no status is expected."""
    return api.client.open(path, method=method, environ_base={"REMOTE_ADDR": address}, **request)


def statuses(api: Api, times: int, path: str = ME, **request: Any) -> list[int]:
    return [ask(api, path, **request).status_code for _ in range(times)]


def test_one_request_more_than_the_limit_is_refused_with_a_problem_document(api: Api) -> None:
    assert statuses(api, MOST) == [401] * MOST
    problem = ask(api)
    assert problem.status_code == problem.json["status"] == 429
    assert problem.content_type == "application/problem+json"
    assert problem.json["type"] == "/problems/too-many-requests"
    assert 1 <= int(problem.headers["Retry-After"]) <= 60


#: if cookiecutter.security_headers
def test_problem_carries_every_security_header(api: Api) -> None:
    request = {"base_url": "https://localhost"}
    accepted = ask(api, "/openapi.json", **request)
    statuses(api, MOST)
    problem = ask(api, **request)
    assert (accepted.status_code, problem.status_code) == (200, 429)
    for name in PROTECTION:
        assert problem.headers.getlist(name) == accepted.headers.getlist(name) != []


#: endif
@each_route()
def test_every_route_but_the_probes_has_a_limit(throttled_app: Flask, operation: Route) -> None:
    caller = {"method": operation.method, "address": "192.0.2.1"}
    first, second = statuses(Api(throttled_app), 2, operation.path, **caller)
    assert first != 429
    assert (second == 429) is not operation.contract.is_probe


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing"])
def test_unknown_paths_have_a_limit(api: Api, path: str) -> None:
    seen = statuses(api, MOST + 1, path)
    assert 429 not in seen[:MOST]
    assert seen[MOST] == 429


def test_all_routes_of_a_caller_are_counted_together(api: Api) -> None:
    for path in (ME, "/openapi.json", "/nothing"):
        assert ask(api, path).status_code != 429
    assert ask(api).status_code == 429


def test_addresses_are_counted_separately(api: Api) -> None:
    statuses(api, MOST + 1)
    assert ask(api, address="192.0.2.2").status_code == 401


def test_addresses_of_one_network_are_counted_together(api: Api) -> None:
    seen = [ask(api, address=f"2001:db8::{host}").status_code for host in range(MOST + 1)]
    assert seen == [401] * MOST + [429]


@pytest.mark.parametrize(
    ("network", "most"),
    [("2001:db8:0:{:x}::1", 12), ("2001:db8:0:{:x}00::1", 48)],
    ids=["exact", "in blocks"],
)
def test_guesses_from_a_larger_network_are_counted_together(
    make_app: MakeApp, network: str, most: int
) -> None:
    api = Api(make_app(RATELIMIT_AUTH="3 per minute"))
    seen = [
        ask(api, "/api/v1/auth/login", method="POST", address=network.format(number))
        for number in range(most + 1)
    ]
    assert [answer.status_code for answer in seen] == [415] * most + [429]


def test_session_is_counted_from_every_address(
    api: Api, account: Person, stranger: Person, log_in: LogIn
) -> None:
    seen = [
        ask(api, address=f"192.0.2.{host}", headers=account.headers).status_code
        for host in range(MOST + 1)
    ]
    assert seen == [200] * MOST + [429]
    for other in (stranger, log_in(account)):
        assert ask(api, address="192.0.2.99", headers=other.headers).status_code == 200


def test_invalid_tokens_count_against_the_address_and_no_session(
    api: Api, account: Person, stranger: Person
) -> None:
    garbage = {"Authorization": "Bearer garbage"}
    for name in ("refresh", "logout"):
        seen = statuses(api, 3, f"/api/v1/auth/{name}", method="POST", headers=garbage)
        assert seen == [401, 401, 429]
    assert statuses(api, MOST + 1, headers=garbage) == [401] * MOST + [429]
    # All requests come from one address.
    assert ask(api, headers=account.headers).status_code == 200
    refresh = {"method": "POST", "headers": account.refresh_headers}
    assert ask(api, "/api/v1/auth/refresh", **refresh).status_code == 200
    out = {"method": "POST", "headers": stranger.headers}
    assert ask(api, "/api/v1/auth/logout", **out).status_code == 204
    # A session that has ended belongs to nobody.
    assert ask(api, headers=stranger.headers).status_code == 429


@pytest.mark.parametrize(
    ("request_changes", "status"),
    [
        ({"path": "/api/v1/me/nothing"}, 404),
        ({"method": "POST"}, 405),
        ({"headers": {"Accept": "image/png"}}, 406),
        ({"method": "PATCH", "json": {"nothing": 1}}, 422),
        ({"method": "OPTIONS"}, 204),
    ],
    ids=["404", "405", "406", "422", "OPTIONS"],
)
def test_requests_refused_for_other_reasons_are_counted_too(
    api: Api, account: Person, request_changes: dict[str, Any], status: int
) -> None:
    headers = {**account.headers, **request_changes.get("headers", {})}
    request = {**request_changes, "headers": headers}
    seen = [ask(api, **request).status_code for _ in range(MOST + 1)]
    assert seen == [status] * MOST + [429]


@pytest.mark.parametrize("is_known", [True, False], ids=["signed in", "unknown"])
def test_answers_report_what_is_left(api: Api, account: Person, *, is_known: bool) -> None:
    headers = account.headers if is_known else {}
    for left in (2, 1, 0, 0):
        answer = ask(api, headers=headers)
        assert answer.headers["RateLimit-Policy"] == f'"default";q={MOST};w=60'
        told = answer.headers["RateLimit"]
        assert told.startswith(f'"default";r={left};t=')
        assert 0 < int(told.rpartition("=")[2]) <= 60
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == told.rpartition("=")[2]


#: if cookiecutter.cors
def test_preflights_are_counted(make_app: MakeApp) -> None:
    origin = "https://app.example.com"
    api = Api(make_app(RATELIMIT_DEFAULT=f"{MOST} per minute", CORS_ORIGINS=(origin,)))
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    seen = statuses(api, MOST + 1, method="OPTIONS", headers=headers)
    assert seen == [204] * MOST + [429]
    told = ask(api, method="OPTIONS", headers=headers).headers["Access-Control-Expose-Headers"]
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(told.split(", "))


#: endif
#: if cookiecutter.oauth == "server"
def test_another_app_uses_up_its_own_limit_and_not_its_users(
    make_app: MakeApp, make_other_app: MakeOtherApp, account: Person
) -> None:
    app = make_app(RATELIMIT_DEFAULT=f"{MOST} per minute")
    apps: list[OtherApp] = [make_other_app("--public", app=app) for _ in range(2)]

    def token_of(other: OtherApp, address: str) -> dict[str, str]:
        other.api.client.environ_base["REMOTE_ADDR"] = address
        token = other.exchange(other.get_code(account))["access_token"]
        return {"Authorization": f"Bearer {token}"}

    first, second = (token_of(apps[0], f"203.0.113.{number}") for number in range(2))
    # Several grants of one account to one app count together.
    for number in range(MOST):
        assert ask(Api(app), headers=(first, second)[number % 2]).status_code == 200
    assert [ask(Api(app), headers=headers).status_code for headers in (first, second)] == [429] * 2
    assert ask(Api(app), headers=account.headers).status_code == 200
    assert ask(Api(app), headers=token_of(apps[1], "203.0.113.9")).status_code == 200


#: endif
def test_log_in_admits_twenty_a_minute_from_one_address(make_app: MakeApp) -> None:
    api = Api(make_app())
    seen = statuses(api, 20, "/api/v1/auth/login", method="POST")
    assert seen == [415] * 20


@pytest.mark.parametrize("name", ["signup", "login", "refresh"])
def test_routes_where_secrets_can_be_guessed_have_a_stricter_limit(api: Api, name: str) -> None:
    path = f"/api/v1/auth/{name}"
    assert statuses(api, MOST, path, method="POST")[-2:] == [
        statuses(api, 1, path, method="POST", address="192.0.2.2")[0],
        429,
    ]
    assert ask(api).status_code == 401


@pytest.mark.parametrize("name", SPOOFED)
def test_client_cannot_name_another_address(api: Api, name: str) -> None:
    seen = [
        ask(api, headers={name: f"for=203.0.113.{n}" if name == "Forwarded" else f"203.0.113.{n}"})
        for n in range(MOST + 1)
    ]
    assert [answer.status_code for answer in seen] == [401] * MOST + [429]


def test_behind_a_proxy_only_what_the_proxy_says_counts(make_app: MakeApp) -> None:
    api = Api(make_app(RATELIMIT_DEFAULT=f"{MOST} per minute", TRUSTED_PROXIES=1))
    seen = [
        ask(api, headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.1"}).status_code
        for number in range(MOST + 1)
    ]
    assert seen == [401] * MOST + [429]
    assert ask(api, headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 401


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_are_never_refused(api: Api, path: str) -> None:
    statuses(api, MOST + 1)
    assert statuses(api, 2 * MOST, path) == [200] * (2 * MOST)
