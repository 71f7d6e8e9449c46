"""GET /api/v1/audit-events: for admins, the newest first, by account, actor, kind and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from app.audit import recording
from app.security_events import Event
from tests.fixtures.queries import find_unserved

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.queries import Listen

EVENTS: Final = "/api/v1/audit-events"
KINDS: Final = (Event.LOGIN_FAILED, Event.PASSWORD_REFUSED, Event.LOGIN_JAILED)


@pytest.fixture
def admin(make_account: MakeAccount) -> Person:
    """Return somebody who may read what happened."""
    return make_account(roles=["admin"])


@pytest.fixture
def recorded(app: Flask, account: Person) -> list[str]:
    """Record an event of each kind; return their ids, the newest first."""
    with app.app_context():
        for kind in KINDS:
            recording.record(kind, account.id)
        found = recording.AuditEvent.objects.order_by("-created_at", "-id")
        return [str(event.id) for event in found]


def ids(answer: Any) -> list[str]:
    """Return the ids of a page."""
    return [item["id"] for item in answer.json["items"]]


def test_an_event_is_shown_with_null_for_what_does_not_apply(
    api: Api, admin: Person, account: Person
) -> None:
    done = api.post("/api/v1/auth/logout", account, status=204)
    (event,) = api.get(EVENTS, admin).json["items"]
    assert event.pop("id")
    assert event.pop("createdAt").endswith("Z")
    assert event == {
        "what": "session-ended",
        "actor": str(account.id),
        "account": str(account.id),
        "emailIndex": None,
        "roles": [],
        #: if cookiecutter.oauth == "server"
        "clientId": None,
        #: endif
        "requestId": done.headers["X-Request-ID"],
    }


def test_pages_come_the_newest_first(api: Api, admin: Person, recorded: list[str]) -> None:
    first = api.get(f"{EVENTS}?limit=2", admin)
    rest = api.get(f"{EVENTS}?limit=2&cursor={first.json['nextCursor']}", admin)
    assert ids(first) + ids(rest) == recorded
    assert rest.json["nextCursor"] is None


def test_events_are_found_by_account_actor_kind_and_time(
    api: Api, admin: Person, account: Person, stranger: Person
) -> None:
    for person in (account, stranger):
        api.post("/api/v1/auth/logout", person, status=204)
    newest, oldest = api.get(EVENTS, admin).json["items"]
    moment = oldest["createdAt"]
    for query, found in {
        f"account={account.id}": [oldest],
        f"actor={stranger.id}": [newest],
        "actor=operator": [],
        "what=session-ended": [newest, oldest],
        "what=login-failed": [],
        f"account={account.id}&actor={stranger.id}": [],
        f"account={account.id}&what=session-ended&actor={account.id}": [oldest],
        f"createdBefore={moment}": [],
        f"createdAfter={moment}": [newest] if newest["createdAt"] > moment else [],
    }.items():
        assert api.get(f"{EVENTS}?{query}", admin).json["items"] == found, query


@pytest.mark.parametrize(
    "query",
    [
        "account=x",
        "actor=admin",
        "what=unheard-of",
        "createdAfter=yesterday",
        "limit=101",
        "sort=what",
    ],
)
def test_queries_that_no_list_has_are_refused(api: Api, admin: Person, query: str) -> None:
    api.get(f"{EVENTS}?{query}", admin, status=422)


@pytest.mark.parametrize("roles", [[], ["staff"]], ids=["member", "staff"])
def test_only_admins_read_events(api: Api, make_account: MakeAccount, roles: list[str]) -> None:
    answer = api.get(EVENTS, make_account(roles=roles), status=403)
    assert answer.json["type"] == "/problems/forbidden"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nobody_changes_an_event(
    api: Api, admin: Person, recorded: list[str], method: str, database: Database[dict[str, Any]]
) -> None:
    before = [*database["audit_events"].find()]
    api.call(method, EVENTS, admin, json={}, status=405)
    api.call(method, f"{EVENTS}/{recorded[0]}", admin, json={}, status=404)
    assert [*database["audit_events"].find()] == before


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("query", ["", "account", "actor", "what", "createdAfter", "createdBefore"])
def test_each_filter_is_served_by_an_index(
    api: Api,
    admin: Person,
    query: str,
    listen: Listen,
    database: Database[dict[str, Any]],
) -> None:
    values = {
        "account": str(admin.id),
        "actor": "operator",
        "what": "login-failed",
        "createdAfter": "2026-01-31T09:26:53Z",
        "createdBefore": "2099-01-31T09:26:53Z",
    }
    wanted = {query: values[query]} if query else {}
    api.get(EVENTS, admin)
    with listen() as commands:
        page = api.get(EVENTS, admin, query_string={**wanted, "limit": "1"})
        if cursor := page.json["nextCursor"]:
            api.get(EVENTS, admin, query_string={**wanted, "limit": "1", "cursor": cursor})
    assert {command.collection for command in commands} == {"accounts", "audit_events"}
    assert not any(command.is_write for command in commands)
    assert find_unserved(database, commands) == []
