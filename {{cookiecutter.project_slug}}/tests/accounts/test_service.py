"""Accounts: sign up, rename, change the password, delete."""

from __future__ import annotations

import pytest

from app import tokens
from app.accounts import logins, passwords, service, sessions
from app.accounts.callers import Credentials, Proven
from app.accounts.errors import (
    #: if not cookiecutter.mail
    EmailTakenError,
    #: endif
    LoginJailedError,
    WrongCredentialsError,
    WrongPasswordError,
)
from app.accounts.models import Profile
from app.database import preparation
from app.errors import InvalidInputError, UnauthorizedError
from app.tokens.claims import TokenType
from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD

ADDRESS = "203.0.113.9"
WRONG = f"{CANARY} of another mine"

pytestmark = pytest.mark.usefixtures("_context")


@pytest.fixture
def _context(app):
    with app.app_context():
        preparation.prepare()
        yield


def _rename(account_id, name):
    #: if cookiecutter.mail
    return service.change(account_id, {"display_name": name})
    #: else
    return service.rename(account_id, name)
    #: endif


@pytest.fixture
def cheap(monkeypatch):
    """Make hashing fast, for tests that are not about it."""
    monkeypatch.setattr(passwords, "hash_password", lambda password: f"hash of {password}")
    monkeypatch.setattr(
        passwords, "is_correct", lambda password, stored: stored == f"hash of {password}"
    )


def _caller(account):
    return sessions.find_caller(tokens.read(account.access_token, TokenType.ACCESS))


#: if not cookiecutter.mail
@pytest.mark.usefixtures("cheap")
def test_sign_up_stores_a_hash_and_no_password(database):
    profile = service.sign_up("Minji@example.com", PASSWORD, "김민지")
    (stored,) = database.accounts.find()
    assert stored["_id"] == profile.id
    assert stored["passwordHash"] == f"hash of {PASSWORD}"
    assert stored["sessions"] == []


@pytest.mark.usefixtures("cheap")
def test_sign_up_shows_what_was_given():
    profile = service.sign_up("Minji@example.com", PASSWORD, "김민지")
    assert (profile.email, profile.display_name) == ("Minji@example.com", "김민지")
    assert profile.created_at == profile.updated_at


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("email", ["minji@example.com", "MINJI@EXAMPLE.COM"])
def test_an_address_signs_up_once(email, database):
    service.sign_up("Minji@example.com", PASSWORD, "A")
    with pytest.raises(EmailTakenError):
        service.sign_up(email, PASSWORD, "B")
    assert database.accounts.count_documents({}) == 1


#: endif
def test_rename_changes_the_name_alone(account, database):
    before = database.accounts.find_one()
    profile = _rename(account.id, "박서준")
    after = database.accounts.find_one()
    assert profile == Profile.from_record(after)
    assert profile.display_name == "박서준"
    assert after["updatedAt"] >= before["updatedAt"]
    for name in ("createdAt", "email", "emailIndex", "passwordHash", "sessions"):
        assert after[name] == before[name]


def test_rename_of_a_deleted_account_is_refused(account, database):
    database.accounts.delete_many({})
    with pytest.raises(UnauthorizedError):
        _rename(account.id, "x")


@pytest.mark.usefixtures("cheap")
def test_after_a_password_change_only_one_new_session_is_left(make_account, database):
    account = make_account(password_hash=f"hash of {PASSWORD}")
    other = sessions.open_session(Proven(account.id, 0))
    pair = service.change_password(_caller(account), PASSWORD, NEW_PASSWORD)
    for before in (account, other):
        with pytest.raises(UnauthorizedError):
            _caller(before)
    assert _caller(pair).session_id == pair.session_id
    assert len(database.accounts.find_one()["sessions"]) == 1


def test_the_new_password_logs_in_and_the_old_one_does_not(account):
    service.change_password(_caller(account), PASSWORD, NEW_PASSWORD)
    assert logins.log_in(Credentials(account.email, NEW_PASSWORD, ADDRESS))
    with pytest.raises(WrongCredentialsError):
        logins.log_in(Credentials(account.email, PASSWORD, ADDRESS))


@pytest.mark.usefixtures("cheap")
def test_a_wrong_current_password_changes_nothing(make_account, database):
    account = make_account(password_hash=f"hash of {PASSWORD}")
    before = database.accounts.find_one()
    with pytest.raises(WrongPasswordError):
        service.change_password(_caller(account), WRONG, NEW_PASSWORD)
    assert database.accounts.find_one() == before


@pytest.mark.usefixtures("cheap")
def test_a_new_password_is_checked_only_after_the_current_one(make_account):
    account = make_account(password_hash=f"hash of {PASSWORD}")
    with pytest.raises(WrongPasswordError):
        service.change_password(_caller(account), WRONG, "password")
    with pytest.raises(InvalidInputError):
        service.change_password(_caller(account), PASSWORD, "password")


@pytest.mark.usefixtures("cheap")
def test_guessing_the_current_password_ends_in_jail(make_account):
    account = make_account(password_hash=f"hash of {PASSWORD}")
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            service.change_password(_caller(account), WRONG, NEW_PASSWORD)
    with pytest.raises(LoginJailedError):
        service.change_password(_caller(account), PASSWORD, NEW_PASSWORD)


@pytest.mark.usefixtures("cheap")
def test_a_right_current_password_resets_the_count(make_account):
    account = make_account(password_hash=f"hash of {PASSWORD}")
    for _ in range(4):
        with pytest.raises(WrongPasswordError):
            service.change_password(_caller(account), WRONG, NEW_PASSWORD)
    pair = service.change_password(_caller(account), PASSWORD, NEW_PASSWORD)
    with pytest.raises(WrongPasswordError):
        service.change_password(_caller(pair), PASSWORD, PASSWORD)


@pytest.mark.usefixtures("cheap")
def test_of_two_changes_at_once_the_second_loses(make_account, database, monkeypatch):
    account = make_account(password_hash=f"hash of {PASSWORD}")
    caller = _caller(account)

    def hash_late(password):
        monkeypatch.setattr(passwords, "hash_password", lambda password: f"hash of {password}")
        service.change_password(caller, PASSWORD, "the first one")
        return f"hash of {password}"

    monkeypatch.setattr(passwords, "hash_password", hash_late)
    with pytest.raises(UnauthorizedError):
        service.change_password(caller, PASSWORD, NEW_PASSWORD)
    assert database.accounts.find_one()["passwordHash"] == "hash of the first one"


def test_a_password_change_fails_if_its_session_ends_meanwhile(account, database, monkeypatch):
    caller = _caller(account)

    def log_out_and_hash(_password):
        sessions.log_out(account.id, caller.session_id)
        return "of nobody"

    monkeypatch.setattr(passwords, "hash_password", log_out_and_hash)
    with pytest.raises(UnauthorizedError):
        service.change_password(caller, PASSWORD, NEW_PASSWORD)
    stored = database.accounts.find_one()
    assert stored["passwordHash"] != "of nobody"
    assert stored["sessions"] == []


def test_password_of_an_account_deleted_meanwhile_is_not_changed(account, database):
    caller = _caller(account)
    database.accounts.delete_many({})
    with pytest.raises(UnauthorizedError):
        service.change_password(caller, PASSWORD, NEW_PASSWORD)
