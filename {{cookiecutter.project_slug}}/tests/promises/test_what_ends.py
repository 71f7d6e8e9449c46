"""Ending an account's sessions ends everything that began before."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from io import BytesIO
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest

from app.accounts import passwords
from app.database import connection
from tests.fixtures.tokens import Forger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import LogIn, Person
    from tests.fixtures.api import Api

ME: Final = "/api/v1/me"
LOG_IN: Final = "/api/v1/auth/login"
CHANGE: Final = "/api/v1/me/password"
SESSIONS: Final = "/api/v1/me/sessions"
NEW: Final = "a new one, and long"
WAIT_SECONDS: Final = 60
UNVERIFIED: Final = {"verify_signature": False}


def change_password(api: Api, account: Person) -> None:
    """Change the password."""
    change = {"currentPassword": account.password, "newPassword": NEW}
    api.put(CHANGE, account, json=change)


def delete(api: Api, account: Person) -> None:
    """Delete the account."""
    api.delete(ME, account)


def end_sessions(api: Api, account: Person) -> None:
    """End all sessions as an operator."""
    runner = api.client.application.test_cli_runner()
    assert runner.invoke(args=["accounts", "end-sessions", "--email", account.email]).exit_code == 0


def suspend(api: Api, account: Person) -> None:
    """Suspend the account as an operator."""
    runner = api.client.application.test_cli_runner()
    assert runner.invoke(args=["accounts", "suspend", "--email", account.email]).exit_code == 0


def end_other_sessions(api: Api, account: Person) -> None:
    """End all other sessions as the owner."""
    api.delete(SESSIONS, account)


def end_from_elsewhere(api: Api, account: Person) -> None:
    """End this session from another one."""
    (session,) = api.get(SESSIONS, account).json["items"]
    pair = api.post(LOG_IN, json=account.credentials, status=200).json
    elsewhere = {"Authorization": f"Bearer {pair['accessToken']}"}
    api.delete(f"{SESSIONS}/{session['id']}", headers=elsewhere)


ENDINGS: Final = (change_password, delete, end_sessions, suspend)
# How many sessions are left after each: one new one, none, no account at all, and the one that
# ended all others.
LEFT: Final = {
    change_password: [1],
    delete: [],
    end_sessions: [0],
    suspend: [0],
    end_other_sessions: [1],
}


class SlowBody(BytesIO):
    """A body that arrives after something else has happened."""

    def __init__(self, content: bytes, before: Callable[[], object]) -> None:
        super().__init__(content)
        self.content = content
        self._before = before

    def readinto(self, buffer: Any) -> int:
        """Read as the server's own stream is read."""
        if self.tell() == 0:
            # In a thread, since requests of one thread that are nested share their context.
            with ThreadPoolExecutor(1) as pool:
                pool.submit(self._before).result()
        return super().readinto(buffer)


class Held:
    """Holds the first check of a password after it succeeded and before its result is used."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client = app.test_client()
        self.is_checked, self.may_go_on = Event(), Event()
        self._is_correct = passwords.is_correct
        # The held request must not time out on a busy machine.
        monkeypatch.setattr(connection, "deadline_in", lambda *_: nullcontext())
        monkeypatch.setattr(passwords, "is_correct", self._check)

    def _check(self, password: str, stored: str | None) -> bool:
        is_right = self._is_correct(password, stored)
        if not self.is_checked.is_set():
            self.is_checked.set()
            assert self.may_go_on.wait(WAIT_SECONDS)
        return is_right

    def ask(self, method: str, path: str, *, end: Callable[[], object], **request: Any) -> Any:
        """Call, *end* everything before the answer, and return the answer."""
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self.client.open, path, method=method, **request)
            assert self.is_checked.wait(WAIT_SECONDS)
            try:
                end()
            finally:
                self.may_go_on.set()
            return asked.result(WAIT_SECONDS)


@pytest.fixture
def held(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Return what holds the first check of a password."""
    held = Held(app, monkeypatch)
    yield held
    held.may_go_on.set()


@pytest.mark.checklist("jwt.ttl")
@pytest.mark.parametrize("end", LEFT)
def test_ending_everything_ends_a_log_in_that_is_being_checked(
    api: Api, account: Person, held: Held, database: Database[dict[str, Any]], end: Any
) -> None:
    answer = held.ask("POST", LOG_IN, json=account.credentials, end=lambda: end(api, account))
    assert answer.status_code == 401
    assert answer.json["type"] == "/problems/wrong-credentials"
    sessions = [stored["sessions"] for stored in database.accounts.find()]
    assert [len(each) for each in sessions] == LEFT[end]


@pytest.mark.checklist("jwt.ttl")
@pytest.mark.parametrize("end", [*ENDINGS, end_from_elsewhere])
def test_a_request_whose_body_was_on_its_way_is_refused(
    api: Api, account: Person, database: Database[dict[str, Any]], end: Any
) -> None:
    before = database.accounts.find_one({}, {"displayName": 1})
    body = SlowBody(b'{"displayName": "too late"}', lambda: end(api, account))
    answer = api.client.patch(
        ME,
        input_stream=body,
        content_length=len(body.content),
        content_type="application/json",
        headers=account.headers,
    )
    assert answer.status_code == 401
    # The account may not exist any more.
    assert database.accounts.find_one({}, {"displayName": 1}) in (before, None)


@pytest.mark.checklist("proc.me")
def test_irreversible_operations_need_a_recent_log_in(
    app: Flask, api: Api, account: Person, log_in: LogIn
) -> None:
    refreshed = api.post("/api/v1/auth/refresh", headers=account.refresh_headers, status=200).json
    payload = jwt.decode(account.access_token, options=UNVERIFIED)
    old = Forger(app).token(payload=payload | {"iat": int(time.time()) - 301})
    for token in (refreshed["accessToken"], old):
        answer = api.delete(ME, headers={"Authorization": f"Bearer {token}"}, status=401)
        assert answer.json["type"] == "/problems/login-stale"
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith('Bearer error="insufficient_user_authentication", ')
        assert challenge.endswith(', max_age="300"')
    api.delete(ME, log_in(account))


@pytest.mark.checklist("jwt.ttl")
def test_a_change_of_the_password_that_is_being_checked_ends_with_its_session(
    api: Api, account: Person, held: Held, database: Database[dict[str, Any]]
) -> None:
    before = database.accounts.find_one({}, {"passwordHash": 1})
    change = {"currentPassword": account.password, "newPassword": NEW}

    def log_out() -> None:
        api.post("/api/v1/auth/logout", account, status=204)

    answer = held.ask("PUT", CHANGE, json=change, headers=account.headers, end=log_out)
    assert answer.status_code == 401
    assert database.accounts.find_one({}, {"passwordHash": 1}) == before
    assert database.accounts.find_one({})["sessions"] == []


def test_an_account_without_a_credential_version_works_as_any_other(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    database.accounts.update_one({}, {"$unset": {"credentialVersion": 1}})
    pair = api.post(LOG_IN, json=account.credentials, status=200).json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    change = {"currentPassword": account.password, "newPassword": NEW}
    api.put(CHANGE, headers=headers, json=change)
    api.get(ME, headers=headers, status=401)
    assert database.accounts.find_one({})["credentialVersion"] == 1
