"""Two real servers on one database count, jail and revoke as one."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain, cycle
from typing import TYPE_CHECKING, Any

import pytest

from config.testing import Testing

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from pymongo.database import Database

    from tests.fixtures.accounts import Person
    from tests.fixtures.processes import Server, StartServer

    Servers = tuple[Server, Server]

AUTH = "/api/v1/auth"
ME = "/api/v1/me"
HTTPS = {"X_Forwarded_Proto": "https"}

# Theirs are those that servers make.
pytestmark = pytest.mark.usefixtures("real_hashes")


def ask(server: Server, method: str, path: str, token: str = "", body: Any = None) -> HTTPResponse:
    """Send a request through the proxy that the servers trust."""
    headers = {**HTTPS, **({"Authorization": f"Bearer {token}"} if token else {})}
    return server.ask(method, path, body, **headers)


def log_in(server: Server, account: Person, password: str | None = None) -> HTTPResponse:
    body = {"email": account.email, "password": password or account.password}
    return ask(server, "POST", f"{AUTH}/login", body=body)


def tokens_of(answer: HTTPResponse) -> tuple[str, str]:
    assert answer.status == 200
    pair = json.loads(answer.body)
    return pair["accessToken"], pair["refreshToken"]


@pytest.mark.checklist("auth.max-retry")
def test_servers_share_the_count_of_failed_log_ins(two_servers: Servers, account: Person) -> None:
    turns = cycle(two_servers)
    most = Testing().LOGIN_MAX_RETRY
    seen = [log_in(next(turns), account, "a wrong guess").status for _ in range(most)]
    assert seen == [401] * most
    for server in two_servers:
        problem = log_in(server, account)
        assert problem.status == 429
        assert int(problem.headers["Retry-After"]) > 0


def log_in_at_once(
    start_server: StartServer, account: Person, times: int, password: str | None = None
) -> list[int]:
    """Return how log-ins end that come to two servers at the same moment, the best first.

    A busy machine may have no time for so many hashes at once: 503, which says to try again. Such
    a log-in may have been counted, and is tried again; each 503 is returned, too.
    """
    variables = {"TRUSTED_PROXIES": "1"}
    #: if cookiecutter.throttling
    variables["RATELIMIT_AUTH"] = "10000 per minute"
    #: endif
    servers = [start_server("-m", "gunicorn", **variables) for _ in range(2)]

    def log_in_until_answered(number: int) -> list[int]:
        seen = [503]
        while seen[-1] == 503:
            seen.append(log_in(servers[number % 2], account, password).status)
        return seen[1:]

    with ThreadPoolExecutor(times) as pool:
        return sorted(chain.from_iterable(pool.map(log_in_until_answered, range(times))))


@pytest.mark.checklist("auth.max-retry")
def test_failures_at_the_same_moment_are_counted_exactly(
    start_server: StartServer, account: Person
) -> None:
    most = Testing().LOGIN_MAX_RETRY
    seen = Counter(log_in_at_once(start_server, account, 2 * most, "a wrong guess"))
    assert seen.keys() <= {401, 429, 503}
    assert seen[401] + seen[429] == 2 * most
    assert seen[401] <= most <= seen[401] + seen[503]


@pytest.mark.checklist("auth.max-retry")
def test_right_log_ins_at_the_same_moment_are_not_counted(
    start_server: StartServer, account: Person
) -> None:
    seen = Counter(log_in_at_once(start_server, account, 12))
    assert seen[200] == 12
    assert seen.keys() <= {200, 503}


#: if cookiecutter.throttling
@pytest.mark.checklist("access.throttle")
def test_servers_share_the_count_of_requests(two_servers: Servers) -> None:
    turns = cycle(two_servers)
    most = int(Testing().RATELIMIT_AUTH.partition(" ")[0])
    seen = [ask(next(turns), "POST", f"{AUTH}/signup").status for _ in range(most)]
    assert seen == [415] * most
    for server in two_servers:
        problem = ask(server, "POST", f"{AUTH}/signup")
        assert problem.status == 429
        assert int(problem.headers["Retry-After"]) > 0


#: endif
@pytest.mark.checklist("jwt.ttl")
def test_log_out_at_one_server_works_at_the_other(two_servers: Servers, account: Person) -> None:
    here, there = two_servers
    access, refresh = tokens_of(log_in(here, account))
    # Both have seen the token now and may have cached it.
    assert [ask(server, "GET", ME, access).status for server in two_servers] == [200, 200]
    assert ask(here, "POST", f"{AUTH}/logout", access).status == 204
    for server in two_servers:
        assert ask(server, "GET", ME, access).status == 401
        assert ask(server, "POST", f"{AUTH}/refresh", refresh).status == 401
    assert ask(there, "GET", ME, account.access_token).status == 200


@pytest.mark.checklist("jwt.ttl")
def test_refresh_token_that_one_server_took_is_refused_by_the_other(
    two_servers: Servers, account: Person
) -> None:
    here, there = two_servers
    _, refresh = tokens_of(log_in(here, account))
    access, successor = tokens_of(ask(here, "POST", f"{AUTH}/refresh", refresh))
    assert ask(there, "POST", f"{AUTH}/refresh", refresh).status == 401
    assert ask(here, "GET", ME, access).status == 401
    assert ask(here, "POST", f"{AUTH}/refresh", successor).status == 401


@pytest.mark.checklist("jwt.ttl")
def test_of_many_refreshes_at_the_same_moment_one_wins(
    two_servers: Servers, account: Person
) -> None:
    _, refresh = tokens_of(log_in(two_servers[0], account))
    with ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit(ask, server, "POST", f"{AUTH}/refresh", refresh)
            for _, server in zip(range(10), cycle(two_servers), strict=False)
        ]
        answers = [job.result() for job in jobs]
    assert sorted(answer.status for answer in answers) == [200] + [401] * 9
    (winner,) = (answer for answer in answers if answer.status == 200)
    access, _ = tokens_of(winner)
    assert ask(two_servers[1], "GET", ME, access).status == 401


@pytest.mark.checklist("proc.me")
def test_servers_remove_what_deleted_accounts_leave_by_themselves(
    two_servers: Servers, account: Person, database: Database[dict[str, Any]]
) -> None:
    here, _ = two_servers
    access, _ = tokens_of(log_in(here, account))
    assert ask(here, "DELETE", ME, access).status == 204
    # As if the time limit of a request had passed.
    database.deletions.update_one({}, {"$set": {"createdAt": datetime(2026, 1, 1, tzinfo=UTC)}})
    # Well within a minute: every server sweeps every five seconds.
    deadline = time.monotonic() + 40
    while database.deletions.find_one() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
