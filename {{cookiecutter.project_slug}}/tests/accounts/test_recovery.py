"""Passwords that are forgotten, over HTTP."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from app.accounts.models import Account, stored_accounts
from app.database.documents import utc_now
from app.mail import letters
from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD
from tests.fixtures.crowds import all_at_once
from tests.fixtures.letters import CONFIRM, read_letters, read_token
from tests.fixtures.sign_ups import SIGN_UP

ASK = "/api/v1/auth/password-reset"
RESET = f"{ASK}/confirm"
LOG_IN = "/api/v1/auth/login"
ME = "/api/v1/me"
WRONG = f"{CANARY} of another mine"


@pytest.fixture
def ask(api, app):
    """Return a function that asks for an account's letter, and returns its token."""

    def ask(account):
        answer = api.post(ASK, json={"email": account.email}, status=202)
        assert (answer.data, answer.headers["Cache-Control"]) == (b"", "no-store")
        return read_token(app, account.email, "reset")

    return ask


def reset(api, token, password=NEW_PASSWORD, status=204):
    return api.post(RESET, json={"token": token, "newPassword": password}, status=status)


def test_a_letter_lets_its_reader_set_another_password(api, app, account, ask):
    token = ask(account)
    assert reset(api, token).data == b""
    api.post(LOG_IN, json={**account.credentials, "password": NEW_PASSWORD}, status=200)
    api.post(LOG_IN, json=account.credentials, status=401)
    assert [letter.purpose for letter in read_letters(app)] == ["reset", "password-changed"]


def test_every_session_is_over(api, account, log_in, ask):
    elsewhere = log_in(account)
    reset(api, ask(account))
    for person in (account, elsewhere):
        api.get(ME, person, status=401)
        api.post("/api/v1/auth/refresh", headers=person.refresh_headers, status=401)


@pytest.mark.checklist("auth.max-retry")
def test_the_jail_of_the_account_is_over_and_nothing_else_ends_it(api, account, ask):
    for _ in range(5):
        api.post(LOG_IN, json={**account.credentials, "password": WRONG}, status=401)
    api.delete(f"{ME}/sessions", account)
    api.post(LOG_IN, json=account.credentials, status=429)
    token = ask(account)
    api.post(LOG_IN, json=account.credentials, status=429)
    reset(api, token)
    changed = {**account.credentials, "password": NEW_PASSWORD}
    api.post(LOG_IN, json=changed, status=200)
    # The next jail begins as the first did.
    for _ in range(5):
        api.post(LOG_IN, json={**changed, "password": WRONG}, status=401)
    api.post(LOG_IN, json=changed, status=429)


def test_nobody_gets_a_letter_for_an_unknown_address(api, app):
    api.post(ASK, json={"email": "nobody@example.com"}, status=202)
    assert read_letters(app) == []


def test_the_letter_goes_to_the_address_as_its_owner_wrote_it(api, app, make_account):
    make_account(email="Minji@example.com", language="ko")
    api.post(ASK, json={"email": "MINJI@EXAMPLE.com"}, status=202)
    (letter,) = read_letters(app)
    assert (letter.to, letter.language) == ("Minji@example.com", "ko")


def test_an_address_gets_only_so_many_letters(api, app, account):
    for _ in range(7):
        api.post(ASK, json={"email": account.email}, status=202)
    assert len(read_letters(app)) == 5


def test_a_refused_password_does_not_use_the_token_up(api, account, ask):
    token = ask(account)
    answer = reset(api, token, "password", status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/newPassword"]
    assert answer.json["type"] == "/problems/invalid-input"
    api.get(ME, account)
    reset(api, token)


def test_a_new_password_must_not_be_of_the_accounts_names(api, make_account, ask):
    account = make_account(email="a@example.com", display_name="Kim Minji Seo Jun")
    reset(api, ask(account), "kim minji seo jun", status=422)


@pytest.mark.parametrize("token", ["x", "A" * 64, "김민지", "\n", "A" * 63 + "="])
def test_what_is_no_token_is_refused_as_a_used_one_is(api, account, ask, token):
    used = ask(account)
    reset(api, used)
    bodies = [reset(api, each, status=422).json for each in (token, used)]
    for body in bodies:
        del body["requestId"], body["instance"]
    assert bodies[0] == bodies[1]
    assert bodies[0]["type"] == "/problems/spent-token"


def test_an_old_token_is_over(api, account, ask, database):
    token = ask(account)
    late = utc_now() - timedelta(seconds=1)
    database.accounts.update_one({}, {"$set": {"letterTokens.reset.expiresAt": late}})
    reset(api, token, status=422)


def test_a_newer_letter_ends_the_older_one(api, account, ask):
    first, second = ask(account), ask(account)
    reset(api, first, status=422)
    reset(api, second)


@pytest.mark.parametrize("ending", ["password", "deletion"])
def test_a_new_password_or_the_end_of_the_account_ends_the_letter(api, account, ask, ending):
    token = ask(account)
    if ending == "password":
        body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
        api.put(f"{ME}/password", account, json=body)
    else:
        api.delete(ME, account)
    reset(api, token, status=422)


@pytest.mark.checklist("auth.standards")
def test_a_stolen_token_keeps_no_owner_from_a_reset(api, account, ask):
    token = ask(account)
    api.delete(f"{ME}/sessions", account)
    reset(api, token)


def test_a_suspended_account_gets_no_letter(api, app, account, database):
    database.accounts.update_one({}, {"$set": {"isSuspended": True}})
    api.post(ASK, json={"email": account.email}, status=202)
    assert read_letters(app) == []


def test_a_letter_from_before_a_suspension_is_over_for_good(api, app, account, ask):
    token = ask(account)
    for change in ("suspend", "unsuspend"):
        command = ["accounts", change, f"--id={account.id}"]
        assert app.test_cli_runner().invoke(args=command).exit_code == 0
        reset(api, token, status=422)


def test_no_letter_goes_to_an_address_that_has_changed_meanwhile(
    api, app, account, database, monkeypatch
):
    prepare = letters.prepare

    def change_and_prepare(*given, **values):
        changed = {"emailIndex": Account.email_index_to_store("moved@example.com")}
        database.accounts.update_one({"_id": account.id}, {"$set": changed})
        return prepare(*given, **values)

    monkeypatch.setattr(letters, "prepare", change_and_prepare)
    api.post(ASK, json={"email": account.email}, status=202)
    assert read_letters(app) == []
    assert "reset" not in database.accounts.find_one().get("letterTokens", {})


def test_nobody_is_known_any_more_after_a_reset(api, account, ask, log_in, database):
    log_in(account)
    assert database.accounts.find_one()["knownAddresses"]
    reset(api, ask(account))
    assert "knownAddresses" not in database.accounts.find_one()


def test_events_of_one_reset_have_one_actor(api, account, ask, read_events):
    reset(api, ask(account))
    found = read_events(what={"$in": ["password-reset", "session-ended"]})
    assert [event["actor"] for event in found] == [str(account.id)] * 2


def test_a_reset_confirms_the_address_too(api, app):
    body = {"email": "a@example.com", "password": PASSWORD, "displayName": "A"}
    api.post(SIGN_UP, json=body, status=202)
    api.post(ASK, json={"email": "a@example.com"}, status=202)
    first = read_token(app, "a@example.com")
    reset(api, read_token(app, "a@example.com", "reset"))
    credentials = {"email": "a@example.com", "password": NEW_PASSWORD}
    api.post(LOG_IN, json=credentials, status=200)
    api.post(CONFIRM, json={"token": first}, status=422)


def test_what_a_stranger_has_signed_up_with_is_gone_after_a_reset(api, app):
    body = {"email": "a@example.com", "password": PASSWORD, "displayName": "You won"}
    api.post(SIGN_UP, json=body, status=202)
    api.post(ASK, json={"email": "a@example.com"}, status=202)
    reset(api, read_token(app, "a@example.com", "reset"))
    credentials = {"email": "a@example.com", "password": NEW_PASSWORD}
    pair = api.post(LOG_IN, json=credentials, status=200).json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    assert api.get(ME, headers=headers).json["displayName"] == "a"
    assert read_letters(app, purpose="password-changed") == []


def test_there_is_room_for_a_letter_once_the_last_has_expired(api, app, account, database):
    for _ in range(7):
        api.post(ASK, json={"email": account.email}, status=202)
    (room,) = database.counters.find({"letters": {"$gt": 5}})
    assert room["windowEnds"] <= time.time() * 1000 + 1_800_000
    database.counters.update_one({"_id": room["_id"]}, {"$set": {"windowEnds": 0}})
    api.post(ASK, json={"email": account.email}, status=202)
    assert len(read_letters(app)) == 6


def test_an_account_that_is_being_deleted_gets_no_letter(api, app, account, database):
    database.accounts.update_one({}, {"$set": {"deletionBeganAt": utc_now()}})
    api.post(ASK, json={"email": account.email}, status=202)
    assert read_letters(app) == []


@pytest.mark.usefixtures("long_hashes")
@pytest.mark.checklist("auth.standards")
def test_of_fifty_resets_at_once_one_works(unhurried_app, account, ask):
    app, token = unhurried_app, ask(account)

    def reset_to(number):
        body = {"token": token, "newPassword": f"{CANARY} sings the {number}th song"}
        return app.test_client().post(RESET, json=body).status_code

    statuses = all_at_once(reset_to, range(50))
    assert sorted(statuses) == [204, *[422] * 49]
    password = f"{CANARY} sings the {statuses.index(204)}th song"
    winner = {"email": account.email, "password": password}
    assert app.test_client().post(LOG_IN, json=winner).status_code == 200
    assert len(read_letters(app, purpose="password-changed")) == 1
    with app.app_context():
        assert stored_accounts().find_one({}, {"credentialVersion": 1})["credentialVersion"] == 1
