"""A second factor is set up, confirmed, shown and removed by its owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from pyotp import TOTP

from app.database.documents import utc_now
from tests.fixtures.second_factors import CONFIRM, SECOND_FACTOR, begin

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import LogIn, Person
    from tests.fixtures.api import Api
    from tests.fixtures.second_factors import Authenticator, Clock, SetUp

LOGIN = "/api/v1/auth/login"
ME = "/api/v1/me"
OFF = {"isOn": False, "recoveryCodesLeft": 0, "createdAt": None}


def removal(authenticator: Authenticator, code: str | None = None) -> dict[str, Any]:
    """Return the body that removes a second factor."""
    code = authenticator.code() if code is None else code
    return {"currentPassword": authenticator.person.password, "code": code}


def is_fresh(token: str) -> bool:
    """Tell whether a token says that it is of a log-in."""
    fresh: bool = jwt.decode(token, options={"verify_signature": False})["fresh"]
    return fresh


def test_a_secret_counts_once_it_is_confirmed(
    api: Api, account: Person, set_up_second_factor: SetUp
) -> None:
    begin(api, account)
    assert api.get(SECOND_FACTOR, account).json == OFF
    api.post(LOGIN, json=account.credentials, status=200)
    authenticator = set_up_second_factor(account)
    shown = api.get(SECOND_FACTOR, authenticator.person).json
    assert shown["isOn"]
    assert shown["recoveryCodesLeft"] == 10
    assert shown["createdAt"]
    answer = api.post(LOGIN, json=account.credentials, status=401)
    assert answer.json["type"] == "/problems/second-factor-required"
    api.post(LOGIN, json=authenticator.credentials(), status=200)


def test_where_the_second_factor_is_is_told_as_it_is_begun(api: Api, account: Person) -> None:
    answer = api.post(SECOND_FACTOR, account, json={"currentPassword": account.password})
    assert answer.headers["Location"] == SECOND_FACTOR
    assert answer.json["setupKey"] in answer.json["setupUri"]
    assert answer.headers.getlist("Cache-Control") == ["no-store"]


def test_a_wrong_password_begins_nothing(api: Api, account: Person) -> None:
    answer = api.post(SECOND_FACTOR, account, json={"currentPassword": "a guess"}, status=403)
    assert answer.json["type"] == "/problems/wrong-password"
    api.post(CONFIRM, account, json={"code": "123456"}, status=404)


def test_a_secret_that_is_begun_anew_replaces_the_one_before(
    api: Api, account: Person, set_up_second_factor: SetUp
) -> None:
    before = begin(api, account)
    after = set_up_second_factor(account)
    assert before != after.secret


def test_a_secret_waits_for_ten_minutes(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    begin(api, account)
    long_ago = {"pendingSecondFactor.createdAt": utc_now() - timedelta(seconds=600)}
    database.accounts.update_one({}, {"$set": long_ago})
    api.post(CONFIRM, account, json={"code": "123456"}, status=404)


def test_there_is_one_at_most(api: Api, authenticator: Authenticator) -> None:
    person = authenticator.person
    given = {"currentPassword": person.password}
    for path, body in ((SECOND_FACTOR, given), (CONFIRM, {"code": authenticator.code()})):
        answer = api.post(path, person, json=body, status=409)
        assert answer.json["type"] == "/problems/second-factor-on"
    api.post(LOGIN, json=authenticator.credentials(), status=200)


@pytest.mark.checklist("jwt.ttl")
def test_what_began_without_a_code_ends_with_the_confirmation(
    api: Api, account: Person, log_in: LogIn, set_up_second_factor: SetUp
) -> None:
    elsewhere = log_in(account)
    new = set_up_second_factor(account).person
    for person in (account, elsewhere):
        api.get(ME, person, status=401)
        api.post("/api/v1/auth/refresh", headers=person.refresh_headers, status=401)
    api.get(ME, new)
    assert is_fresh(new.access_token)


@pytest.mark.checklist("jwt.ttl")
def test_removal_ends_all_other_sessions(api: Api, authenticator: Authenticator) -> None:
    pair = api.post(LOGIN, json=authenticator.credentials(), status=200).json
    code = authenticator.recovery_codes[0]
    api.delete(SECOND_FACTOR, authenticator.person, json=removal(authenticator, code))
    api.get(ME, headers={"Authorization": f"Bearer {pair['accessToken']}"}, status=401)
    assert api.get(SECOND_FACTOR, authenticator.person).json == OFF
    api.post(LOGIN, json=authenticator.person.credentials, status=200)


def test_removal_wants_password_and_code(api: Api, authenticator: Authenticator) -> None:
    person, right = authenticator.person, removal(authenticator)
    cases = {"currentPassword": "wrong-password", "code": "wrong-code"}
    for member, problem in cases.items():
        wrong = {**right, member: "000000"}
        answer = api.delete(SECOND_FACTOR, person, json=wrong, status=403)
        assert answer.json["type"] == f"/problems/{problem}"
    assert api.get(SECOND_FACTOR, person).json["isOn"]
    api.delete(SECOND_FACTOR, person, json=right)
    api.delete(SECOND_FACTOR, person, json=right, status=404)


@pytest.mark.usefixtures("long_hashes")
def test_one_of_many_confirmations_succeeds(
    app: Flask, api: Api, account: Person, clock: Clock, database: Database[dict[str, Any]]
) -> None:
    secret = begin(api, account)
    body = {"code": TOTP(secret).at(clock.now())}

    def confirm(_: int) -> int:
        return app.test_client().post(CONFIRM, json=body, headers=account.headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = [*pool.map(confirm, range(8))]
    assert statuses.count(200) == 1
    assert len(database.accounts.find_one({})["sessions"]) == 1


def test_a_changed_password_leaves_the_second_factor_and_is_no_fresh_log_in(
    api: Api, authenticator: Authenticator
) -> None:
    person = authenticator.person
    change = {"currentPassword": person.password, "newPassword": "another one, and long"}
    pair = api.put("/api/v1/me/password", person, json=change).json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    assert not is_fresh(pair["accessToken"])
    answer = api.delete(ME, headers=headers, status=401)
    assert answer.json["type"] == "/problems/login-stale"
    assert api.get(SECOND_FACTOR, headers=headers).json["isOn"]
    credentials = {"email": person.email, "password": change["newPassword"]}
    api.post(LOGIN, json=credentials, status=401)
    fresh = api.post(LOGIN, json={**credentials, "code": authenticator.code()}, status=200).json
    api.delete(ME, headers={"Authorization": f"Bearer {fresh['accessToken']}"})
