"""Codes: of many exchanges at once one wins, and a code used twice leaves no session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app import tokens
from app.accounts import sessions
from app.accounts.callers import Proven
from app.database.documents import utc_now
from app.oauth import codes
from app.oauth.models import AuthorizationCode
from tests.fixtures.oauth import VERIFIER, challenge_of

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import Person
    from tests.fixtures.oauth import OtherApp

MANY = 16
CLIENT = uuid4()
ASKED = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}


@pytest.fixture(autouse=True)
def _context(app: Flask):
    with app.app_context():
        yield


def test_a_code_is_stored_nowhere(account: Person, database: Database[dict[str, Any]]) -> None:
    code = codes.issue(CLIENT, Proven(account.id, 0), "profile:read", ASKED)
    (stored,) = database["oauth_codes"].find()
    assert code not in str(stored)
    assert len(code) >= 43
    assert codes.find(code, CLIENT).id == stored["_id"]
    assert codes.find(code, uuid4()) is None
    assert codes.find(code[:-1], CLIENT) is None


def test_a_code_is_good_for_a_minute(account: Person) -> None:
    code = codes.issue(CLIENT, Proven(account.id, 0), "profile:read", ASKED)
    stored = codes.find(code, CLIENT)
    assert 0 < (stored.good_until - utc_now()).total_seconds() <= 60
    AuthorizationCode.objects.update_one(set__good_until=utc_now())
    assert codes.find(code, CLIENT) is None


def test_an_expired_code_that_is_reused_ends_its_session_too(account: Person) -> None:
    code = codes.issue(CLIENT, Proven(account.id, 0), "profile:read", ASKED)
    stored = codes.find(code, CLIENT)
    assert codes.consume(stored)
    pair = tokens.issue_pair(account.id, stored.session_id, is_fresh=False, scope="profile:read")
    assert sessions.add({"_id": account.id}, pair, client_id=CLIENT, scope="profile:read")
    assert sessions.find_grant(account.id, stored.session_id).client_id == CLIENT
    AuthorizationCode.objects.update_one(set__good_until=utc_now())
    assert codes.find(code, CLIENT) is None
    assert sessions.find_grant(account.id, stored.session_id) is None


@pytest.mark.checklist("oauth.code-only")
def test_a_session_that_begins_after_its_code_was_reused_ends_at_once(account: Person) -> None:
    code = codes.issue(CLIENT, Proven(account.id, 0), "profile:read", ASKED)
    stored = codes.find(code, CLIENT)
    assert codes.consume(stored)
    # The thief uses it between the two steps of the first exchange.
    assert not codes.consume(stored)
    pair = tokens.issue_pair(account.id, stored.session_id, is_fresh=False, scope="profile:read")
    sessions.add({"_id": account.id}, pair, client_id=CLIENT, scope="profile:read")
    codes.end_if_reused(stored)
    assert sessions.find_grant(account.id, stored.session_id) is None


@pytest.mark.checklist("oauth.code-only")
def test_of_many_exchanges_at_once_one_wins(
    app: Flask, public_app: OtherApp, account: Person
) -> None:
    code = public_app.get_code(account)
    form = {
        "grant_type": "authorization_code",
        "client_id": public_app.client_id,
        "code": code,
        "redirect_uri": public_app.redirect_uri,
        "code_verifier": VERIFIER,
    }
    barrier = Barrier(MANY)

    def exchange(_: int) -> Any:
        client = app.test_client(use_cookies=False)
        barrier.wait()
        return client.post("/oauth/token", data=form)

    with ThreadPoolExecutor(MANY) as pool:
        answers = [*pool.map(exchange, range(MANY))]
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (MANY - 1)
    (won,) = (answer.json for answer in answers if answer.status_code == 200)
    # Nobody can tell who was first, so no session is left.
    public_app.call(won, "GET", "/api/v1/me", 401)
