"""Owners see where they are logged in, and end it from anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest

from app import tokens
from app.accounts import own_sessions, sessions
from app.errors import UnauthorizedError
from app.tokens.claims import TokenType

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from app.accounts.callers import Caller
    from tests.fixtures.accounts import LogIn, Person
    from tests.fixtures.api import Api
    from tests.fixtures.queries import Listen

SESSIONS: Final = "/api/v1/me/sessions"
ME: Final = "/api/v1/me"
LOG_IN: Final = "/api/v1/auth/login"
REFRESH: Final = "/api/v1/auth/refresh"
FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def list_sessions(api: Api, person: Person) -> list[dict[str, Any]]:
    """Return the sessions of somebody, as they see them."""
    items: list[dict[str, Any]] = api.get(SESSIONS, person).json["items"]
    return items


def name_current(api: Api, person: Person) -> str:
    """Return the path of the session by which somebody calls."""
    (current,) = [each for each in list_sessions(api, person) if each["isCurrent"]]
    return f"{SESSIONS}/{current['id']}"


def find_caller(person: Person) -> Caller:
    """Return who calls with somebody's token; call it in the context of the app."""
    return sessions.find_caller(tokens.read(person.access_token, TokenType.ACCESS))


def test_owners_see_their_sessions_the_oldest_first(
    api: Api, account: Person, stranger: Person
) -> None:
    sent = {"User-Agent": FIREFOX}
    pair = api.post(LOG_IN, json=account.credentials, headers=sent, status=200).json
    browser = replace(account, access_token=pair["accessToken"])
    first, second = list_sessions(api, browser)
    assert set(first) == {"id", "createdAt", "lastUsedAt", "client", "isCurrent"}
    assert (first["client"], first["isCurrent"]) == (None, False)
    assert (second["client"], second["isCurrent"]) == ("Firefox on Linux", True)
    assert first["createdAt"] < second["createdAt"] == second["lastUsedAt"]
    assert [each["isCurrent"] for each in list_sessions(api, account)] == [True, False]
    assert len(list_sessions(api, stranger)) == 1


def test_a_new_password_opens_a_session_with_a_name(api: Api, account: Person) -> None:
    change = {"currentPassword": account.password, "newPassword": "a new one, and long"}
    sent = {"User-Agent": FIREFOX}
    pair = api.put(f"{ME}/password", account, json=change, headers=sent).json
    (session,) = list_sessions(api, replace(account, access_token=pair["accessToken"]))
    assert session["client"] == "Firefox on Linux"


def test_a_refresh_is_a_use_and_a_request_is_none(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    (before,) = list_sessions(api, account)
    stored = database["accounts"].find_one()
    api.get(ME, account)
    assert database["accounts"].find_one() == stored
    api.post(REFRESH, headers=account.refresh_headers, status=200)
    (after,) = list_sessions(api, account)
    assert after["lastUsedAt"] > before["lastUsedAt"]
    assert {**after, "lastUsedAt": ""} == {**before, "lastUsedAt": ""}


def test_sessions_of_earlier_releases_are_listed_too(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    new = {"sessions.0.lastUsedAt": 1, "sessions.0.client": 1}
    database["accounts"].update_one({}, {"$unset": new})
    (session,) = list_sessions(api, account)
    assert session["lastUsedAt"] == session["createdAt"]
    assert session["client"] is None
    pair = api.post(REFRESH, headers=account.refresh_headers, status=200).json
    (session,) = list_sessions(api, replace(account, access_token=pair["accessToken"]))
    assert session["lastUsedAt"] > session["createdAt"]


@pytest.mark.parametrize("name", ["expiresAt", "createdAt"])
def test_sessions_that_are_over_are_not_listed(
    api: Api, account: Person, log_in: LogIn, name: str, database: Database[dict[str, Any]]
) -> None:
    browser = log_in(account)
    past = datetime.now(UTC) - timedelta(days=30, seconds=1)
    database["accounts"].update_one({}, {"$set": {f"sessions.0.{name}": past}})
    assert [each["isCurrent"] for each in list_sessions(api, browser)] == [True]


def test_listing_is_one_read_beside_that_of_every_request(
    api: Api, account: Person, listen: Listen
) -> None:
    api.get(SESSIONS, account)
    with listen() as commands:
        api.get(SESSIONS, account)
    assert [(each.name, each.collection) for each in commands] == [("find", "accounts")] * 2


@pytest.mark.checklist("jwt.ttl")
def test_a_session_is_ended_from_another_at_once(api: Api, account: Person, log_in: LogIn) -> None:
    phone, browser = log_in(account), log_in(account)
    # Whoever has lost a telephone need not log in anew to shut it out.
    pair = api.post(REFRESH, headers=browser.refresh_headers, status=200).json
    browser = replace(browser, access_token=pair["accessToken"])
    lost = name_current(api, phone)
    assert api.delete(lost, browser).data == b""
    api.get(ME, phone, status=401)
    api.post(REFRESH, headers=phone.refresh_headers, status=401)
    for person in (account, browser):
        api.get(ME, person)
    api.delete(lost, browser, status=404)
    assert len(list_sessions(api, browser)) == 2


def test_ending_ones_own_session_is_to_log_out(api: Api, account: Person, log_in: LogIn) -> None:
    browser = log_in(account)
    api.delete(name_current(api, account), account)
    api.delete(SESSIONS, account, status=401)
    api.get(ME, browser)


@pytest.mark.checklist("proc.me")
def test_sessions_of_others_and_of_nobody_are_not_found(
    api: Api, account: Person, stranger: Person
) -> None:
    for path in (name_current(api, stranger), f"{SESSIONS}/{uuid4()}"):
        assert api.delete(path, account, status=404).json["type"] == "/problems/not-found"
    api.get(ME, stranger)
    api.get(ME, account)


@pytest.mark.checklist("jwt.ttl")
def test_all_others_are_ended_at_once_and_the_callers_stays(
    api: Api, account: Person, stranger: Person, log_in: LogIn
) -> None:
    others = [log_in(account), log_in(account)]
    # Once more is no mistake: nothing is left to end.
    for _ in range(2):
        assert api.delete(SESSIONS, account).data == b""
    for person in others:
        api.get(ME, person, status=401)
        api.post(REFRESH, headers=person.refresh_headers, status=401)
    api.get(ME, stranger)
    assert [each["isCurrent"] for each in list_sessions(api, account)] == [True]
    api.post(REFRESH, headers=account.refresh_headers, status=200)
    log_in(account)


@pytest.mark.checklist("jwt.ttl")
def test_a_session_that_ended_meanwhile_ends_no_other(
    app: Flask, api: Api, account: Person, log_in: LogIn
) -> None:
    thief = log_in(account)
    with app.app_context():
        # The owner comes first, when the thief's request has passed authentication.
        late, owner = find_caller(thief), find_caller(account)
        own_sessions.end_others(owner)
        with pytest.raises(UnauthorizedError):
            own_sessions.end_others(late)
        with pytest.raises(UnauthorizedError):
            own_sessions.end(late, owner.session_id)
    api.get(ME, account)
