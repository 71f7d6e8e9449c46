"""Every query of accounts, sessions and jails has an index, and none is unnecessary."""

from __future__ import annotations

import pytest

from app import tokens
#: if cookiecutter.mail
from app.accounts import (
    deletion,
    emails,
    letter_tokens,
    logins,
    own_sessions,
    passwords,
    recovery,
    sessions,
    sign_ups,
)
#: else
from app.accounts import deletion, logins, own_sessions, passwords, sessions
#: endif
from app.accounts import service as accounts
from app.accounts.callers import Credentials
#: if cookiecutter.mail
from app.accounts.errors import EmailUnconfirmedError, WrongCredentialsError
from app.accounts.languages import Language
#: else
from app.accounts.errors import WrongCredentialsError
#: endif
from app.accounts.models import Deletion, stored_accounts
from app.database import preparation
from app.database.documents import utc_now
#: if cookiecutter.mail
from app.mail import letters
#: endif
from app.tokens.claims import TokenType
from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD
from tests.fixtures.queries import find_unserved

ADDRESS = "203.0.113.9"
#: if cookiecutter.mail
# Of the letters of one test, the newest last. To read them would be a query without an index.
TOKENS: list[str] = []
#: endif


@pytest.fixture(autouse=True)
def _context(app, monkeypatch):
    monkeypatch.setattr(passwords, "hash_password", lambda password: f"hash of {password}")
    monkeypatch.setattr(
        passwords, "is_correct", lambda password, stored: stored == f"hash of {password}"
    )
    monkeypatch.setattr(passwords, "needs_rehash", lambda *_: True)
    #: if cookiecutter.mail
    issue = letter_tokens.issue

    def remember(*arguments):
        issued = issue(*arguments)
        TOKENS.append(issued.link.partition("#")[2])
        return issued

    monkeypatch.setattr(letter_tokens, "issue", remember)
    #: endif
    with app.app_context():
        preparation.prepare()
        yield


def _claims(token, kind=TokenType.ACCESS):
    return tokens.read(token, kind)


def _live(email: str) -> None:
    """Do everything once that an account can do."""
    #: if cookiecutter.mail
    sign_ups.begin(email, PASSWORD, "A", Language.ENGLISH)
    sign_ups.begin(email, PASSWORD, "A", Language.ENGLISH)
    with pytest.raises(EmailUnconfirmedError):
        logins.log_in(Credentials(email, PASSWORD, ADDRESS))
    emails.confirm(TOKENS[-1])
    sign_ups.begin(email, PASSWORD, "A", Language.ENGLISH)
    recovery.ask(email)
    recovery.reset(TOKENS[-1], PASSWORD)
    #: else
    accounts.sign_up(email, PASSWORD, "A")
    #: endif
    with pytest.raises(WrongCredentialsError):
        logins.log_in(Credentials(email, f"{CANARY} elsewhere", ADDRESS))
    pair = logins.log_in(Credentials(email, PASSWORD, ADDRESS))
    refresh = _claims(pair.refresh_token, TokenType.REFRESH)
    sessions.refresh(sessions.find_caller(refresh), refresh.token_id)
    caller = sessions.find_caller(_claims(pair.access_token))
    #: if cookiecutter.mail
    accounts.change(caller.account_id, {"display_name": "B"})
    emails.ask_to_change(caller, f"new.{email}", PASSWORD)
    emails.confirm(TOKENS[-1])
    letters.release_left()
    email = f"new.{email}"
    elsewhere = logins.log_in(Credentials(email, PASSWORD, "198.51.100.7"))
    # That has ended the proof of identity that the caller brought.
    caller = sessions.find_caller(_claims(pair.access_token))
    own_sessions.end(caller, elsewhere.session_id)
    #: else
    accounts.rename(caller.account_id, "B")
    #: endif
    other = logins.log_in(Credentials(email, PASSWORD, ADDRESS))
    own_sessions.end(caller, other.session_id)
    assert len(own_sessions.list_all(caller)) == 1
    own_sessions.end_others(caller)
    # That has ended the proof of identity that the caller brought.
    caller = sessions.find_caller(_claims(pair.access_token))
    pair = accounts.change_password(caller, PASSWORD, NEW_PASSWORD)
    sessions.log_out(caller.account_id, caller.session_id)
    deletion.delete(sessions.find_caller(_claims(pair.access_token)))
    Deletion.objects(id=caller.account_id).update(set__due_at=utc_now())
    deletion.sweep()


def test_every_query_of_an_account_is_served_by_an_index(listen, database):
    with listen() as commands:
        _live("minji@example.com")
    assert {"insert", "find", "update", "findAndModify", "delete"} <= {
        command.name for command in commands
    }
    assert find_unserved(database, commands) == []


def test_a_query_without_an_index_is_noticed(listen, database):
    with listen() as commands:
        stored_accounts().find_one({"displayName": "A"})
    assert len(find_unserved(database, commands)) == 1


def test_an_order_without_an_index_is_noticed(listen, database):
    with listen() as commands:
        stored_accounts().find_one({"_id": "x"}, sort=[("displayName", 1)])
    assert len(find_unserved(database, commands)) == 1


def test_reading_ones_account_is_one_round_trip_that_writes_nothing(api, account, listen):
    api.get("/api/v1/me", account)
    with listen() as commands:
        api.get("/api/v1/me", account)
    assert [(command.name, command.collection) for command in commands] == [("find", "accounts")]


@pytest.mark.parametrize(
    ("method", "path"), [("OPTIONS", "/health/live"), ("GET", "/health/live"), ("GET", "/nothing")]
)
def test_requests_without_data_do_not_ask_the_database(api, listen, method, path):
    api.client.open(path, method=method)
    with listen() as commands:
        api.client.open(path, method=method)
    assert commands == []
