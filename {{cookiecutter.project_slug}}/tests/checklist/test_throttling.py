"""Access: requests are throttled, whoever asks and wherever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.checklist.routes import find_routes
from tests.fixtures.api import Api

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import Person
    from tests.fixtures.application import MakeApp

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
    """Ask from an address; no status is expected."""
    return api.client.open(path, method=method, environ_base={"REMOTE_ADDR": address}, **request)


def statuses(api: Api, times: int, path: str = ME, **request: Any) -> list[int]:
    return [ask(api, path, **request).status_code for _ in range(times)]


def test_one_request_more_than_the_limit_is_refused_with_a_problem_document(api: Api) -> None:
    assert statuses(api, MOST) == [401] * MOST
    refusal = ask(api)
    assert refusal.status_code == refusal.json["status"] == 429
    assert refusal.content_type == "application/problem+json"
    assert refusal.json["type"] == "/problems/too-many-requests"
    assert 1 <= int(refusal.headers["Retry-After"]) <= 60


#: if cookiecutter.security_headers
def test_refusal_carries_every_security_header(api: Api) -> None:
    request = {"base_url": "https://localhost"}
    accepted = ask(api, "/openapi.json", **request)
    statuses(api, MOST)
    refusal = ask(api, **request)
    assert (accepted.status_code, refusal.status_code) == (200, 429)
    for name in PROTECTION:
        assert refusal.headers.getlist(name) == accepted.headers.getlist(name) != []


#: endif
def test_every_route_but_the_probes_has_a_limit(make_app: MakeApp) -> None:
    app = make_app(RATELIMIT_DEFAULT="1 per minute", RATELIMIT_AUTH="1 per minute")
    routes = find_routes(app)
    assert len(routes) > 8
    for number, route in enumerate(routes):
        caller = {"method": route.method, "address": f"192.0.2.{number}"}
        first, second = statuses(Api(app), 2, route.path, **caller)
        assert first != 429, route
        assert (second == 429) is not route.is_health, route


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing"])
def test_paths_that_lead_nowhere_have_a_limit(api: Api, path: str) -> None:
    seen = statuses(api, MOST + 1, path)
    assert 429 not in seen[:MOST]
    assert seen[MOST] == 429


def test_all_routes_of_a_caller_are_counted_together(api: Api) -> None:
    for path in (ME, "/openapi.json", "/nothing"):
        assert ask(api, path).status_code != 429
    assert ask(api).status_code == 429


def test_addresses_are_counted_apart(api: Api) -> None:
    statuses(api, MOST + 1)
    assert ask(api, address="192.0.2.2").status_code == 401


def test_addresses_of_one_network_are_counted_together(api: Api) -> None:
    seen = [ask(api, address=f"2001:db8::{host}").status_code for host in range(MOST + 1)]
    assert seen == [401] * MOST + [429]


def test_account_is_counted_wherever_it_asks_from(
    api: Api, account: Person, stranger: Person
) -> None:
    seen = [
        ask(api, address=f"192.0.2.{host}", headers=account.headers).status_code
        for host in range(MOST + 1)
    ]
    assert seen == [200] * MOST + [429]
    other = ask(api, address="192.0.2.99", headers=stranger.headers)
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["signup", "login", "refresh"])
def test_routes_that_guessing_goes_through_have_a_stricter_limit(api: Api, name: str) -> None:
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
