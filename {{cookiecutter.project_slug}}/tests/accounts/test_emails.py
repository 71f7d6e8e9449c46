"""Addresses that change, over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.accounts.models import Account
from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD
from tests.fixtures.letters import CONFIRM, read_letters, read_token
from tests.fixtures.sign_ups import SIGN_UP, sign_up

EMAIL = "/api/v1/me/email"
ME = "/api/v1/me"
LOG_IN = "/api/v1/auth/login"
NEW = "new@example.com"
# What differs from answer to answer.
OF_EACH = {
    "X-Request-ID",
    #: if cookiecutter.throttling
    "RateLimit",
    #: endif
}
BODY = {"newEmail": NEW, "currentPassword": PASSWORD}


def confirm(api, app, to=NEW, status=204):
    token = read_token(app, to, "change-email")
    api.post(CONFIRM, json={"token": token}, status=status)
    return token


def test_the_address_changes_once_it_is_confirmed(api, app, account):
    assert api.put(EMAIL, account, json=BODY, status=202).data == b""
    assert api.get(ME, account).json["email"] == account.email
    assert {(letter.purpose, letter.to) for letter in read_letters(app)} == {
        ("change-email", NEW),
        ("email-changed", account.email),
    }
    used = confirm(api, app)
    api.post(CONFIRM, json={"token": used}, status=422)
    assert api.get(ME, account).json["email"] == NEW
    api.post(LOG_IN, json={"email": NEW, "password": PASSWORD}, status=200)
    api.post(LOG_IN, json=account.credentials, status=401)


def test_the_old_address_is_free_again(api, app, account):
    api.put(EMAIL, account, json=BODY, status=202)
    confirm(api, app)
    body = {"email": account.email, "password": PASSWORD, "displayName": "A"}
    sign_up(api, body)
    assert Account.objects.count() == 2


def test_an_address_that_another_account_has_is_answered_alike(api, app, account, stranger):
    taken = {**BODY, "newEmail": stranger.email.upper()}
    answers = [api.put(EMAIL, account, json=body, status=202) for body in (BODY, taken)]
    first, second = (
        {name: text for name, text in answer.headers if name not in OF_EACH} for answer in answers
    )
    assert first == second
    letters = read_letters(app)
    assert [(letter.purpose, letter.to) for letter in letters if letter.to != account.email] == [
        ("change-email", NEW),
        ("account-exists", stranger.email),
    ]
    # The old address is told in both cases, and what was asked for before is over in both.
    assert len(read_letters(app, account.email, "email-changed")) == 2
    confirm(api, app, status=422)


def test_a_wrong_password_changes_nothing(api, app, account):
    wrong = {**BODY, "currentPassword": f"{CANARY} of another mine"}
    answer = api.put(EMAIL, account, json=wrong, status=403)
    assert answer.json["type"] == "/problems/wrong-password"
    assert read_letters(app) == []


def test_a_token_of_a_refresh_is_not_enough(api, account):
    pair = api.post("/api/v1/auth/refresh", headers=account.refresh_headers, status=200).json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    answer = api.put(EMAIL, headers=headers, json=BODY, status=401)
    assert answer.json["type"] == "/problems/login-stale"


@pytest.mark.parametrize("ending", ["password", "sessions"])
def test_what_ends_sessions_ends_the_change(api, app, account, ending):
    api.put(EMAIL, account, json=BODY, status=202)
    if ending == "password":
        body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
        api.put(f"{ME}/password", account, json=body)
    else:
        api.delete(f"{ME}/sessions", account)
    confirm(api, app, status=422)


def test_letters_to_the_old_address_open_nothing_any_more(api, app, account):
    api.post("/api/v1/auth/password-reset", json={"email": account.email}, status=202)
    api.put(EMAIL, account, json=BODY, status=202)
    confirm(api, app)
    token = read_token(app, account.email, "reset")
    body = {"token": token, "newPassword": NEW_PASSWORD}
    api.post("/api/v1/auth/password-reset/confirm", json=body, status=422)


def test_a_sign_up_that_nobody_confirmed_gives_way(api, app, account):
    api.post(SIGN_UP, json={"email": NEW, "password": PASSWORD, "displayName": "A"}, status=202)
    api.put(EMAIL, account, json=BODY, status=202)
    confirm(api, app)
    assert Account.objects.count() == 1
    assert api.get(ME, account).json["email"] == NEW


def test_an_address_that_was_taken_meanwhile_is_a_spent_token(api, app, account, make_account):
    api.put(EMAIL, account, json=BODY, status=202)
    make_account(email=NEW)
    confirm(api, app, status=422)
    assert api.get(ME, account).json["email"] == account.email


def test_an_account_may_spell_its_address_anew(api, app, make_account):
    account = make_account(email="minji@example.com")
    api.put(EMAIL, account, json={**BODY, "newEmail": "Minji@example.com"}, status=202)
    confirm(api, app, "Minji@example.com")
    assert api.get(ME, account).json["email"] == "Minji@example.com"


def test_an_account_asks_only_so_often(api, app, account):
    for number in range(7):
        api.put(EMAIL, account, json={**BODY, "newEmail": f"{number}@example.com"}, status=202)
    assert len(read_letters(app, purpose="change-email")) == 5


def test_an_address_gets_only_so_many_letters_of_many_accounts(api, app, make_account):
    for _ in range(7):
        api.put(EMAIL, make_account(), json=BODY, status=202)
    assert len(read_letters(app, NEW)) == 5


@pytest.mark.usefixtures("long_hashes")
@pytest.mark.checklist("auth.standards")
def test_two_accounts_that_want_one_address_do_not_both_get_it(api, app, account, stranger):
    for person in (account, stranger):
        api.put(EMAIL, person, json=BODY, status=202)
    tokens = [letter.token for letter in read_letters(app, NEW, "change-email")]
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(
            lambda token: app.test_client().post(CONFIRM, json={"token": token}).status_code, tokens
        )
        assert sorted(answers) == [204, 422]
#: if cookiecutter.field_encryption


@pytest.mark.checklist("auth.encrypt")
def test_addresses_that_are_not_confirmed_are_encrypted_and_keep_up_with_keys(
    api, app, account, database
):
    body = {"email": "unconfirmed@example.com", "password": PASSWORD, "displayName": "A"}
    api.post(SIGN_UP, json=body, status=202)
    api.put(EMAIL, account, json=BODY, status=202)
    stored = repr([*database.accounts.find(), *database.jobs.find()])
    assert NEW not in stored
    assert body["email"] not in stored
    assert app.test_cli_runner().invoke(args=["encryption", "rotate"]).exit_code == 0
    confirm(api, app)
    assert api.get(ME, account).json["email"] == NEW
#: endif
