"""Sign up, log in, refresh, log out."""

from __future__ import annotations

#: if not cookiecutter.mail
from uuid import UUID

#: endif
import pytest

from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD
from tests.fixtures.sign_ups import sign_up

#: if not cookiecutter.mail
SIGN_UP = "/api/v1/auth/signup"
#: endif
LOG_IN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
LOG_OUT = "/api/v1/auth/logout"
WRONG = f"{CANARY} of another mine"
GOOD = {"email": "minji@example.com", "password": PASSWORD, "displayName": "김민지"}


#: if not cookiecutter.mail
def test_sign_up_answers_the_account_and_where_it_is(api):
    answer = api.post(SIGN_UP, json=GOOD)
    assert answer.headers["Location"] == "/api/v1/me"
    assert answer.headers["Cache-Control"] == "no-store"
    assert UUID(answer.json["id"]).version == 7
    assert set(answer.json) == {"id", "email", "displayName", "createdAt", "updatedAt"}
    assert (answer.json["email"], answer.json["displayName"]) == (GOOD["email"], "김민지")


@pytest.mark.parametrize("email", [GOOD["email"], "MinJi@Example.com"])
def test_sign_up_twice_is_a_conflict(api, make_account, email):
    make_account(email=GOOD["email"])
    answer = api.post(SIGN_UP, json={**GOOD, "email": email}, status=409)
    assert answer.json["type"] == "/problems/email-taken"


#: endif
@pytest.mark.parametrize(
    ("signed_up", "logged_in"),
    [
        ("minji@example.com", "MINJI@EXAMPLE.COM"),
        ("MinJi@Example.com", "minji@example.com"),
        ("민지@example.com", "민지@EXAMPLE.com"),
        ("minji@예시.한국", f"minji@{'예시.한국'.encode('idna').decode()}"),
        ("cafe\u0301@example.com", "caf\u00e9@example.com"),
    ],
    ids=["capitals", "small letters", "Korean", "domain in ASCII", "composed"],
)
def test_every_spelling_of_an_address_logs_in(api, signed_up, logged_in):
    sign_up(api, {**GOOD, "email": signed_up})
    api.post(LOG_IN, json={"email": logged_in, "password": PASSWORD}, status=200)


def test_log_in_answers_tokens_that_no_cache_keeps(api, account):
    answer = api.post(LOG_IN, json=account.credentials, status=200)
    assert set(answer.json) == {"accessToken", "refreshToken", "tokenType", "expiresIn"}
    assert (answer.json["tokenType"], answer.json["expiresIn"]) == ("Bearer", 900)
    assert answer.headers["Cache-Control"] == "no-store"
    bearer = {"Authorization": f"Bearer {answer.json['accessToken']}"}
    assert api.get("/api/v1/me", headers=bearer).json["id"] == str(account.id)


@pytest.mark.checklist("auth.max-retry")
def test_wrong_password_and_unknown_account_are_answered_alike(api, account):
    bodies = [
        api.post(LOG_IN, json={"email": email, "password": WRONG}, status=401).json
        for email in (account.email, "nobody@example.com")
    ]
    for body in bodies:
        assert body["type"] == "/problems/wrong-credentials"
        del body["requestId"], body["instance"]
    assert bodies[0] == bodies[1]


def test_wrong_credentials_are_challenged(api, account):
    body = {"email": account.email, "password": WRONG}
    assert api.post(LOG_IN, json=body, status=401).headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.checklist("auth.max-retry")
def test_too_many_wrong_passwords_close_the_account_for_a_while(api, account, stranger):
    wrong = {"email": account.email, "password": WRONG}
    for _ in range(5):
        api.post(LOG_IN, json=wrong, status=401)
    answer = api.post(LOG_IN, json=account.credentials, status=429)
    assert answer.json["type"] == "/problems/login-jailed"
    assert 50 < int(answer.headers["Retry-After"]) <= 61
    api.post(LOG_IN, json=stranger.credentials, status=200)


def test_a_jailed_account_can_use_its_sessions(api, account):
    wrong = {"email": account.email, "password": WRONG}
    for _ in range(5):
        api.post(LOG_IN, json=wrong, status=401)
    api.get("/api/v1/me", account)


def test_refresh_answers_a_new_pair(api, account):
    answer = api.post(REFRESH, headers=account.refresh_headers, status=200)
    assert set(answer.json) == {"accessToken", "refreshToken", "tokenType", "expiresIn"}
    assert answer.json["refreshToken"] != account.refresh_token
    bearer = {"Authorization": f"Bearer {answer.json['accessToken']}"}
    api.get("/api/v1/me", headers=bearer)


@pytest.mark.checklist("jwt.ttl")
def test_a_refresh_token_that_is_used_twice_ends_the_session(api, account):
    newest = api.post(REFRESH, headers=account.refresh_headers, status=200).json
    answer = api.post(REFRESH, headers=account.refresh_headers, status=401)
    assert answer.json["type"] == "/problems/unauthorized"
    for token in (newest["refreshToken"], account.refresh_token):
        api.post(REFRESH, headers={"Authorization": f"Bearer {token}"}, status=401)
    api.get("/api/v1/me", headers={"Authorization": f"Bearer {newest['accessToken']}"}, status=401)


@pytest.mark.checklist("jwt.ttl")
def test_log_out_ends_both_tokens_of_this_session_alone(api, account, log_in):
    phone = log_in(account)
    answer = api.post(LOG_OUT, account, status=204)
    assert answer.data == b""
    assert "Content-Type" not in answer.headers
    api.get("/api/v1/me", account, status=401)
    api.post(REFRESH, headers=account.refresh_headers, status=401)
    api.get("/api/v1/me", phone)


def test_log_out_twice_is_refused(api, account):
    api.post(LOG_OUT, account, status=204)
    api.post(LOG_OUT, account, status=401)


def test_a_new_account_can_log_in_and_change_its_password(api):
    sign_up(api, GOOD)
    pair = api.post(LOG_IN, json={"email": GOOD["email"], "password": PASSWORD}, status=200).json
    bearer = {"Authorization": f"Bearer {pair['accessToken']}"}
    changed = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    api.put("/api/v1/me/password", json=changed, headers=bearer)
    api.post(LOG_IN, json={"email": GOOD["email"], "password": NEW_PASSWORD}, status=200)
    api.post(LOG_IN, json={"email": GOOD["email"], "password": PASSWORD}, status=401)
