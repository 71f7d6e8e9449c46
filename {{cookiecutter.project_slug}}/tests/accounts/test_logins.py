"""Logging in with a password."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher, extract_parameters

from app.accounts import logins, passwords
from app.accounts.callers import Credentials
from app.accounts.errors import LoginJailedError, WrongCredentialsError
from tests.fixtures.accounts import CANARY, PASSWORD

ADDRESS = "203.0.113.9"
WRONG = f"{CANARY} of another mine"


@pytest.fixture
def _context(app):
    with app.app_context():
        yield


def _log_in(account, password=PASSWORD):
    return logins.log_in(Credentials(account.email, password, ADDRESS))


@pytest.mark.usefixtures("_context")
def test_a_password_logs_in_however_old_it_is(account, database):
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    database.accounts.update_one({}, {"$set": {"createdAt": long_ago, "updatedAt": long_ago}})
    assert _log_in(account).access_token


def test_a_log_in_that_is_ended_meanwhile_has_not_succeeded(
    app, account, database, read_events, monkeypatch
):
    def suspend(*_):
        database.accounts.update_one({"_id": account.id}, {"$set": {"isSuspended": True}})
        return False

    monkeypatch.setattr(passwords, "needs_rehash", suspend)
    with app.app_context(), pytest.raises(WrongCredentialsError):
        _log_in(account)
    assert [event["what"] for event in read_events()] == ["login-failed"]


@pytest.mark.usefixtures("_context")
def test_wrong_password_opens_nothing(account, database):
    with pytest.raises(WrongCredentialsError):
        _log_in(account, WRONG)
    assert len(database.accounts.find_one()["sessions"]) == 1


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_unknown_accounts_are_refused_with_the_same_work(account, monkeypatch):
    checked = []

    def is_correct(password, stored_hash):
        checked.append((password, stored_hash is None))
        return False

    monkeypatch.setattr(passwords, "is_correct", is_correct)
    for email in (account.email, "nobody@example.com"):
        with pytest.raises(WrongCredentialsError):
            logins.log_in(Credentials(email, WRONG, ADDRESS))
    assert checked == [(WRONG, False), (WRONG, True)]


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
@pytest.mark.parametrize("email", ["known@example.com", "nobody@example.com"])
def test_known_and_unknown_accounts_are_jailed_alike(make_account, monkeypatch, email):
    make_account(email="known@example.com")
    monkeypatch.setattr(passwords, "is_correct", lambda *_: False)
    for _ in range(5):
        with pytest.raises(WrongCredentialsError):
            logins.log_in(Credentials(email, WRONG, ADDRESS))
    with pytest.raises(LoginJailedError):
        logins.log_in(Credentials(email, WRONG, ADDRESS))


@pytest.mark.usefixtures("_context")
def test_a_jailed_account_costs_no_hash(account, monkeypatch):
    checked = []
    monkeypatch.setattr(passwords, "is_correct", lambda *given: checked.append(given))
    for _ in range(9):
        with pytest.raises((WrongCredentialsError, LoginJailedError)):
            _log_in(account, WRONG)
    assert len(checked) == 5


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.max-retry")
def test_a_jailed_account_refuses_the_right_password_too(account, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "is_correct", lambda *_: False)
        for _ in range(5):
            with pytest.raises(WrongCredentialsError):
                _log_in(account, WRONG)
    with pytest.raises(LoginJailedError):
        _log_in(account)


@pytest.mark.usefixtures("real_hashes", "_context")
def test_log_in_renews_the_hash_when_the_settings_have_grown(make_app, account, database):
    before = database.accounts.find_one()["passwordHash"]
    with make_app(ARGON2_TIME_COST=3).app_context():
        _log_in(account)
        after = database.accounts.find_one()["passwordHash"]
        assert extract_parameters(after).time_cost == 3
        _log_in(account)
    assert before != after == database.accounts.find_one()["passwordHash"]


@pytest.mark.usefixtures("real_hashes")
def test_a_password_that_changed_meanwhile_is_not_restored(
    make_app, account, database, monkeypatch
):
    changed = PasswordHasher(2, 19_456, 1).hash(WRONG)

    def change_and_hash(_password):
        database.accounts.update_one({}, {"$set": {"passwordHash": changed}})
        return "the hash of the old password"

    monkeypatch.setattr(passwords, "hash_password", change_and_hash)
    with make_app(ARGON2_TIME_COST=3).app_context():
        _log_in(account)
    assert database.accounts.find_one()["passwordHash"] == changed


@pytest.mark.usefixtures("_context")
def test_log_in_with_these_settings_leaves_the_hash_alone(account, database):
    before = database.accounts.find_one()["passwordHash"]
    _log_in(account)
    assert database.accounts.find_one()["passwordHash"] == before
