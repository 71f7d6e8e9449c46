"""Sign-ups that a letter completes: over HTTP, and what is stored of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts import sign_ups
from app.accounts.models import Account, stored_accounts
from app.database.documents import utc_now
from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD
from tests.fixtures.crowds import all_at_once
from tests.fixtures.letters import CONFIRM, read_letters, read_token
from tests.fixtures.sign_ups import SIGN_UP, sign_up

LOG_IN = "/api/v1/auth/login"
EMAIL = "minji@example.com"
GOOD = {"email": EMAIL, "password": PASSWORD, "displayName": "김민지"}
CREDENTIALS = {"email": EMAIL, "password": PASSWORD}
WRONG = {"email": EMAIL, "password": f"{CANARY} of another mine"}


def test_sign_up_says_nothing_and_sends_a_letter(api, app):
    answer = api.post(SIGN_UP, json=GOOD, status=202)
    assert answer.data == b""
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Location" not in answer.headers
    (letter,) = read_letters(app)
    assert (letter.purpose, letter.to, letter.language) == ("confirm", EMAIL, "en")
    assert letter.values["link"].startswith("https://app.test/account/confirm#")


def test_the_letter_is_in_the_language_of_the_browser(api, app):
    api.post(SIGN_UP, json=GOOD, headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}, status=202)
    assert [letter.language for letter in read_letters(app)] == ["ko"]


def test_the_owner_of_a_known_address_is_told(api, app, make_account):
    known = make_account(email="Minji@example.com", language="ko")
    api.post(SIGN_UP, json=GOOD, status=202)
    (letter,) = read_letters(app)
    assert (letter.purpose, letter.to, letter.language) == ("account-exists", known.email, "ko")
    api.post(LOG_IN, json=known.credentials, status=200)
    assert Account.objects.count() == 1


@pytest.mark.checklist("auth.standards")
def test_before_it_is_confirmed_only_the_right_password_is_told(api, app, database):
    api.post(SIGN_UP, json=GOOD, status=202)
    answer = api.post(LOG_IN, json=CREDENTIALS, status=403)
    assert answer.json["type"] == "/problems/email-unconfirmed"
    assert api.post(LOG_IN, json=WRONG, status=401).json["type"] == "/problems/wrong-credentials"
    api.post(LOG_IN, json=CREDENTIALS, status=403)
    # The letter is hardly a minute old.
    assert len(read_letters(app)) == 1
    assert database.audit_events.count_documents({"what": "login-unconfirmed"}) == 1


def test_what_ends_sessions_leaves_the_letter_as_it_is(api, app, database):
    api.post(SIGN_UP, json=GOOD, status=202)
    stored = database.accounts.find_one({"unconfirmedUntil": {"$exists": True}})
    command = ["accounts", "end-sessions", f"--id={stored['_id']}"]
    assert app.test_cli_runner().invoke(args=command).exit_code == 0
    api.post(CONFIRM, json={"token": read_token(app, EMAIL)}, status=204)


def test_after_an_hour_a_log_in_sends_the_letter_again_once(api, app, database):
    api.post(SIGN_UP, json=GOOD, status=202)
    first = read_token(app, EMAIL)
    before = utc_now() - timedelta(seconds=3601)
    database.accounts.update_one({}, {"$set": {"letterTokens.confirm.issuedAt": before}})
    for _ in range(3):
        api.post(LOG_IN, json=CREDENTIALS, status=403)
    assert len(read_letters(app)) == 2
    api.post(CONFIRM, json={"token": first}, status=422)
    api.post(CONFIRM, json={"token": read_token(app, EMAIL)}, status=204)
    api.post(LOG_IN, json=CREDENTIALS, status=200)


def test_a_confirmed_account_logs_in(api, database):
    sign_up(api, GOOD)
    api.post(LOG_IN, json=CREDENTIALS, status=200)
    (stored,) = database.accounts.find()
    assert "unconfirmedUntil" not in stored
    assert stored["letterTokens"] == {}


def test_whoever_signs_up_again_changes_what_the_letter_confirms(api, app):
    api.post(SIGN_UP, json=GOOD, status=202)
    first = read_token(app, EMAIL)
    again = {**GOOD, "email": "MINJI@example.com", "displayName": "B"}
    api.post(SIGN_UP, json=again, headers={"Accept-Language": "ko"}, status=202)
    api.post(CONFIRM, json={"token": first}, status=422)
    api.post(CONFIRM, json={"token": read_token(app, "MINJI@example.com")}, status=204)
    pair = api.post(LOG_IN, json=CREDENTIALS, status=200).json
    me = api.get("/api/v1/me", headers={"Authorization": f"Bearer {pair['accessToken']}"}).json
    assert (me["email"], me["displayName"], me["language"]) == ("MINJI@example.com", "B", "ko")


@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize("strangers", [1, 5], ids=["one", "as many as have a letter"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "last"])
def test_no_stranger_chooses_the_password_of_a_confirmed_address(api, app, strangers, is_first):
    stranger = {**GOOD, "password": NEW_PASSWORD, "displayName": "You won"}
    asked = [*[stranger] * strangers, GOOD]
    for body in asked if is_first else asked[::-1]:
        api.post(SIGN_UP, json=body, status=202)
    api.post(CONFIRM, json={"token": read_token(app, EMAIL)}, status=204)
    for password in (PASSWORD, NEW_PASSWORD):
        api.post(LOG_IN, json={**CREDENTIALS, "password": password}, status=401)
    chosen = f"{CANARY} sings of the owner"
    body = {"token": read_token(app, EMAIL, "choose-password"), "newPassword": chosen}
    api.post("/api/v1/auth/password-reset/confirm", json=body, status=204)
    pair = api.post(LOG_IN, json={**CREDENTIALS, "password": chosen}, status=200).json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    assert api.get("/api/v1/me", headers=headers).json["displayName"] == "minji"


@pytest.mark.checklist("auth.standards")
def test_a_contest_is_not_lost_to_a_sign_up_that_has_looked_before(api, app, database, monkeypatch):
    api.post(SIGN_UP, json=GOOD, status=202)
    compare = sign_ups._differs

    def contest_and_compare(asked, record):
        database.accounts.update_one({"_id": record["_id"]}, {"$set": {"isContested": True}})
        return compare(asked, record)

    with monkeypatch.context() as patch:
        patch.setattr(sign_ups, "_differs", contest_and_compare)
        api.post(SIGN_UP, json=GOOD, status=202)
    assert database.accounts.find_one()["isContested"]
    api.post(CONFIRM, json={"token": read_token(app, EMAIL)}, status=204)
    api.post(LOG_IN, json=CREDENTIALS, status=401)


def test_two_sign_ups_at_once_with_one_password_are_one(app, database, monkeypatch):
    """As somebody does who presses a button twice."""
    look, seen = sign_ups._read, []

    def look_too_early(email):
        seen.append(email)
        return None if len(seen) <= 2 else look(email)

    monkeypatch.setattr(sign_ups, "_read", look_too_early)
    for _ in range(2):
        assert app.test_client().post(SIGN_UP, json=GOOD).status_code == 202
    assert "isContested" not in database.accounts.find_one()
    assert len(read_letters(app)) == 1


def test_a_reminder_lets_the_account_wait_as_long_as_its_link_works(api, database):
    api.post(SIGN_UP, json=GOOD, status=202)
    soon = {"unconfirmedUntil": utc_now() + timedelta(minutes=10)}
    long_ago = {"letterTokens.confirm.issuedAt": utc_now() - timedelta(hours=2)}
    database.accounts.update_one({}, {"$set": {**soon, **long_ago}})
    api.post(LOG_IN, json=CREDENTIALS, status=403)
    stored = database.accounts.find_one()
    assert stored["unconfirmedUntil"] == stored["letterTokens"]["confirm"]["expiresAt"]


def test_an_operator_is_told_that_no_password_counts(api, app):
    for password in (PASSWORD, NEW_PASSWORD):
        api.post(SIGN_UP, json={**GOOD, "password": password}, status=202)
    command = ["accounts", "confirm", f"--email={EMAIL}"]
    assert "lets the owner choose one" in app.test_cli_runner().invoke(args=command).stdout
    assert read_token(app, EMAIL, "choose-password")


def test_where_no_letter_may_be_sent_nothing_begins(api, app, database):
    for _ in range(5):
        api.post(SIGN_UP, json=GOOD, status=202)
    before = database.accounts.find_one()
    api.post(SIGN_UP, json={**GOOD, "displayName": "B"}, status=202)
    assert database.accounts.find_one() == before
    assert len(read_letters(app)) == 5
    api.post(CONFIRM, json={"token": read_token(app, EMAIL)}, status=204)
    api.post(LOG_IN, json=CREDENTIALS, status=200)


def test_an_owner_gets_only_so_many_letters_of_strangers(api, app, make_account, read_events):
    make_account(email=EMAIL)
    for _ in range(7):
        api.post(SIGN_UP, json=GOOD, status=202)
    assert len(read_letters(app, EMAIL)) == 5
    # Nor does what a stranger repeats fill the database.
    assert len(read_events(what="sign-up-refused")) == 5


def test_an_account_that_nobody_confirmed_in_time_is_nobodys(api, app, database):
    api.post(SIGN_UP, json=GOOD, status=202)
    token = read_token(app, EMAIL)
    late = {"unconfirmedUntil": utc_now() - timedelta(seconds=1)}
    database.accounts.update_one({}, {"$set": late})
    api.post(LOG_IN, json=CREDENTIALS, status=401)
    api.post(CONFIRM, json={"token": token}, status=422)
    sign_up(api, {**GOOD, "password": NEW_PASSWORD})
    api.post(LOG_IN, json={**CREDENTIALS, "password": NEW_PASSWORD}, status=200)


def test_the_database_removes_what_nobody_confirmed(app, database):
    with app.app_context():
        assert stored_accounts().name == "accounts"
    indexes = database.accounts.index_information().values()
    (index,) = (each for each in indexes if each["key"] == [("unconfirmedUntil", 1)])
    assert index["expireAfterSeconds"] == 0


def test_an_account_of_before_is_confirmed(api, account):
    api.post(LOG_IN, json=account.credentials, status=200)


@pytest.mark.checklist("auth.standards")
def test_of_fifty_confirmations_at_once_one_works(api, unhurried_app):
    api.post(SIGN_UP, json=GOOD, status=202)
    token = {"token": read_token(unhurried_app, EMAIL)}

    def confirm(_):
        return unhurried_app.test_client().post(CONFIRM, json=token).status_code

    assert sorted(all_at_once(confirm, range(50))) == [204, *[422] * 49]
