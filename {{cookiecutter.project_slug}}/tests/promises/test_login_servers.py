"""OAuth: a log-in begun at one server is finished once at another, and no secret is logged."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.fixtures.provider_logins import approve, query_of, settings_for

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from tests.fixtures.issuers import Issuer
    from tests.fixtures.processes import Server, StartServer

    Servers = tuple[Server, Server]

HTTPS = {"X_Forwarded_Proto": "https"}
NAME = "__Host-provider-login-"


class Way(NamedTuple):
    """The address to which a provider sent a browser back, and the browser's cookie."""

    target: str
    cookie: str

    def take(self, server: Server) -> HTTPResponse:
        """Come back at one of the servers."""
        return server.ask("GET", self.target, Cookie=self.cookie, **HTTPS)


def go(server: Server, provider: str = "oidc") -> Way:
    answer = server.ask("GET", f"/api/v1/auth/oauth/{provider}", **HTTPS)
    assert answer.status == 302
    back = urlsplit(approve(answer.headers["Location"]))
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    return Way(f"{back.path}?{back.query}", cookie)


@pytest.fixture(autouse=True)
def emptied(issuer: Issuer, emptied_database: Any) -> None:
    """Start with an empty issuer and an empty database."""
    del issuer, emptied_database


@pytest.mark.checklist("oauth.state")
def test_a_log_in_begun_at_one_server_is_finished_once_at_the_other(two_servers: Servers) -> None:
    here, there = two_servers
    way = go(here)
    answer = way.take(there)
    assert answer.status == 200
    token = json.loads(answer.body)["accessToken"]
    for server in two_servers:
        assert way.take(server).status == 400
        asked = server.ask("GET", "/api/v1/me", Authorization=f"Bearer {token}", **HTTPS)
        assert asked.status == 200


@pytest.mark.checklist("oauth.state")
def test_of_many_returns_at_the_same_moment_one_succeeds(
    two_servers: Servers, issuer: Issuer
) -> None:
    way = go(two_servers[0])
    with ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit(way.take, server)
            for _, server in zip(range(10), cycle(two_servers), strict=False)
        ]
        seen = sorted(job.result().status for job in jobs)
    assert seen == [200] + [400] * 9
    assert len(issuer.asked_for("/token")) == 1


@pytest.mark.checklist("oauth.state")
def test_of_many_first_log_ins_at_the_same_moment_all_open_one_account(
    two_servers: Servers, database: Any
) -> None:
    ways = [go(server) for _, server in zip(range(6), cycle(two_servers), strict=False)]
    with ThreadPoolExecutor(6) as pool:
        jobs = [
            pool.submit(way.take, server)
            for way, server in zip(ways, cycle(two_servers), strict=False)
        ]
        assert [job.result().status for job in jobs] == [200] * 6
    assert database["accounts"].count_documents({}) == 1


@pytest.mark.checklist("oauth.state")
def test_the_cookie_of_a_server_behind_https_cannot_be_set_by_others(server: Server) -> None:
    answer = server.ask("GET", "/api/v1/auth/oauth/oidc", **HTTPS)
    cookies = SimpleCookie(answer.headers["Set-Cookie"])
    (name,) = cookies
    assert name.startswith(NAME)
    attributes = cookies[name]
    assert attributes["secure"]
    assert attributes["httponly"]
    assert (attributes["samesite"], attributes["path"]) == ("Lax", "/")
    assert not attributes["domain"]
    plain = NAME.removeprefix("__Host-")
    way = go(server)
    assert Way(way.target, way.cookie.replace(NAME, plain)).take(server).status == 400
    answer = way.take(server)
    assert answer.status == 200
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_a_server_starts_while_its_issuer_is_away(
    start_server: StartServer, issuer: Issuer
) -> None:
    # Nothing listens there.
    away = settings_for(issuer) | {"OIDC_ISSUER": "http://127.0.0.1:1"}
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1", **away)
    assert server.ask("GET", "/health/ready").status == 200
    begun = time.monotonic()
    problem = server.ask("GET", "/api/v1/auth/oauth/oidc", **HTTPS)
    assert problem.status == 503
    assert int(problem.headers["Retry-After"]) > 0
    assert time.monotonic() - begun < 3
    # Everything else works.
    assert server.ask("GET", "/api/v1/auth/oauth/github", **HTTPS).status == 302


@pytest.mark.checklist("input.no-secret-url")
def test_code_and_state_are_in_no_line_of_the_log(server: Server) -> None:
    way = go(server)
    assert way.take(server).status == 200
    log = server.read_log("/callback")
    told = query_of(f"http://localhost{way.target}")
    assert not [name for name in ("code", "state") if told[name] in log]
    assert way.cookie.partition("=")[2] not in log
