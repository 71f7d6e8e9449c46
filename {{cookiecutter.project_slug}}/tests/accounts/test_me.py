"""The caller's own account."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD
from tests.fixtures.sign_ups import sign_up

ME = "/api/v1/me"
WRONG = f"{CANARY} of another mine"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z")


def test_account_is_shown_to_its_owner(api, account):
    shown = api.get(ME, account).json
    #: if cookiecutter.mail
    assert set(shown) == {"id", "email", "displayName", "language", "createdAt", "updatedAt"}
    #: else
    assert set(shown) == {"id", "email", "displayName", "createdAt", "updatedAt"}
    #: endif
    assert (shown["id"], shown["email"]) == (str(account.id), account.email)


def test_moments_are_written_as_rfc_3339_wants_them(api, account):
    shown = api.get(ME, account).json
    assert MOMENT.fullmatch(shown["createdAt"])
    assert MOMENT.fullmatch(shown["updatedAt"])


@pytest.mark.checklist("conv.timestamps")
def test_change_answers_the_account_and_moves_updated_at_alone(api, account):
    before = api.get(ME, account).json
    after = api.patch(ME, account, json={"displayName": "박서준"}).json
    assert after["displayName"] == "박서준"
    assert after["updatedAt"] > before["updatedAt"]
    assert {**after, "displayName": "", "updatedAt": ""} == {
        **before,
        "displayName": "",
        "updatedAt": "",
    }
    assert api.get(ME, account).json == after


def test_change_touches_no_other_account(api, account, stranger):
    api.patch(ME, account, json={"displayName": "박서준"})
    assert api.get(ME, stranger).json["displayName"] == stranger.display_name


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "'; --", "$ne"])
def test_a_name_is_returned_unchanged(api, account, name):
    api.patch(ME, account, json={"displayName": name})
    assert api.get(ME, account).json["displayName"] == name


def test_delete_ends_account_and_tokens(api, account, stranger):
    assert api.delete(ME, account).data == b""
    api.get(ME, account, status=401)
    api.delete(ME, account, status=401)
    api.post("/api/v1/auth/refresh", headers=account.refresh_headers, status=401)
    api.get(ME, stranger)


def test_an_address_may_sign_up_again_after_its_account_is_gone(api, account):
    api.delete(ME, account)
    body = {"email": account.email, "password": PASSWORD, "displayName": "x"}
    sign_up(api, body)
    credentials = {"email": account.email, "password": PASSWORD}
    pair = api.post("/api/v1/auth/login", json=credentials, status=200).json
    bearer = {"Authorization": f"Bearer {pair['accessToken']}"}
    assert api.get(ME, headers=bearer).json["id"] != str(account.id)


def test_a_new_password_answers_the_only_valid_tokens(api, account, log_in):
    phone = log_in(account)
    body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    answer = api.put(f"{ME}/password", phone, json=body)
    assert answer.headers["Cache-Control"] == "no-store"
    api.get(ME, headers={"Authorization": f"Bearer {answer.json['accessToken']}"})
    api.get(ME, phone, status=401)
    api.get(ME, account, status=401)


def test_a_wrong_current_password_is_403_and_not_401(api, account):
    body = {"currentPassword": WRONG, "newPassword": NEW_PASSWORD}
    answer = api.put(f"{ME}/password", account, json=body, status=403)
    assert answer.json["type"] == "/problems/wrong-password"
    api.get(ME, account)


@pytest.mark.checklist("auth.max-retry")
def test_a_stolen_token_cannot_be_used_to_guess_the_password(api, account):
    body = {"currentPassword": WRONG, "newPassword": NEW_PASSWORD}
    for _ in range(5):
        api.put(f"{ME}/password", account, json=body, status=403)
    answer = api.put(f"{ME}/password", account, json=body, status=429)
    assert answer.json["type"] == "/problems/login-jailed"
