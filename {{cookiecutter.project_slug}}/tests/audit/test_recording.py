"""An event is recorded with its change or not at all, once, whatever dies in between."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError

from app.accounts import deletion
from app.accounts.models import Account
from app.audit import recording
from app.audit.models import AuditEvent
from app.database.documents import new_id, utc_now
from app.errors import ServiceUnavailableError
from app.security_events import Event
from tests.fixtures.accounts import CANARY, NEW_PASSWORD
from tests.fixtures.processes import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from typing import Protocol

    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.audit import ReadEvents
    from tests.fixtures.queries import Listen

    class Refusing(Protocol):
        """Let MongoDB refuse audit events while the block runs."""

        def __call__(self) -> AbstractContextManager[None]: ...


# Servers sweep every few seconds; nothing but a failure waits so long.
LONGEST_WAIT: Final = 60
LOG_IN: Final = "/api/v1/auth/login"
PASSWORD: Final = "/api/v1/me/password"
SIGN_UP: Final = "/api/v1/auth/signup"
# Ends a session, and dies before its event is in its place, or before it is out of the account.
KILLED: Final = """
import os, signal, sys
from app import create_app
from app.accounts import sessions
from app.audit import recording
from config.production import Production
from uuid import UUID

insert = recording._insert

def die(events):
    if sys.argv[2] == "after":
        insert(events)
    os.kill(os.getpid(), signal.SIGKILL)

recording._insert = die
with create_app(Production.from_environment()).app_context():
    sessions.end_all({"_id": UUID(sys.argv[1])})
    recording.move_left()
"""


@pytest.fixture
def refusing(database: Database[dict[str, Any]], app: Flask) -> Refusing:
    """Return what lets MongoDB refuse every audit event."""
    with app.app_context():
        AuditEvent.ensure_indexes()

    def validate(validator: dict[str, Any]) -> None:
        database.command("collMod", "audit_events", validator=validator)

    @contextmanager
    def refusing() -> Iterator[None]:
        validate({"what": {"$exists": False}})
        try:
            yield
        finally:
            validate({})

    return refusing


def pending(database: Database[dict[str, Any]]) -> list[str]:
    """Return what waits in accounts."""
    accounts = database["accounts"].find({"pendingEvents": {"$exists": True}})
    return [event["what"] for account in accounts for event in account["pendingEvents"]]


def test_an_event_says_who_did_what_on_whom_and_by_which_request(
    api: Api, account: Person, database: Database[dict[str, Any]], read_events: ReadEvents
) -> None:
    before = utc_now()
    body = {"currentPassword": account.password, "newPassword": NEW_PASSWORD}
    answer = api.put(PASSWORD, account, json=body)
    (event,) = read_events()
    assert event.pop("_id").version == 7
    created = event.pop("createdAt")
    assert before <= created <= utc_now()
    assert event == {
        "what": "password-changed",
        "actor": str(account.id),
        "account": account.id,
        "requestId": answer.headers["X-Request-ID"],
        "updatedAt": created,
        "expiresAt": created + timedelta(days=365),
    }
    assert pending(database) == []


def test_nobody_is_the_actor_of_a_failed_log_in_and_its_owner_of_a_right_one(
    api: Api, account: Person, read_events: ReadEvents
) -> None:
    api.post(LOG_IN, json={**account.credentials, "password": CANARY}, status=401)
    unknown = {**account.credentials, "email": "nobody@example.com"}
    api.post(LOG_IN, json=unknown, status=401)
    api.post(LOG_IN, json=account.credentials, status=200)
    failed, of_nobody, succeeded = read_events()
    assert (failed["account"], failed.keys() & {"actor", "emailIndex"}) == (account.id, set())
    assert of_nobody.keys() & {"actor", "account", "emailIndex"} == {"emailIndex"}
    assert (succeeded["account"], succeeded["actor"]) == (account.id, str(account.id))


def test_how_long_an_event_is_kept_is_a_setting(
    make_app: Any, make_account: MakeAccount, read_events: ReadEvents
) -> None:
    app = make_app(AUDIT_RETENTION_SECONDS=86_400)
    account = make_account(app=app)
    with app.app_context():
        recording.record(Event.LOGIN_FAILED, account.id)
        indexes = AuditEvent._get_collection().index_information()
    (event,) = read_events()
    assert event["expiresAt"] - event["createdAt"] == timedelta(days=1)
    assert indexes["expiresAt_1"]["expireAfterSeconds"] == 0


@pytest.mark.usefixtures("account")
def test_an_event_with_a_name_of_its_own_is_kept_once_and_as_it_was(
    app: Flask, account: Person, read_events: ReadEvents
) -> None:
    with app.app_context():
        recording.record(Event.LOGIN_JAILED, account.id, once="a jail")
        (first,) = read_events()
        recording.record(Event.LOGIN_JAILED, new_id(), once="a jail")
        assert read_events() == [first]
        recording.record(Event.LOGIN_JAILED, account.id, once="another")
    assert len(read_events()) == 2


def test_a_jail_is_one_event_however_many_it_refuses(
    api: Api, account: Person, read_events: ReadEvents
) -> None:
    wrong = {**account.credentials, "password": CANARY}
    for _ in range(5):
        api.post(LOG_IN, json=wrong, status=401)
    for _ in range(3):
        api.post(LOG_IN, json=wrong, status=429)
    assert len(read_events(what="login-jailed")) == 1


def test_what_mongodb_refuses_to_record_is_moved_later_and_the_change_stands(
    api: Api,
    account: Person,
    refusing: Refusing,
    database: Database[dict[str, Any]],
    read_events: ReadEvents,
) -> None:
    body = {"currentPassword": account.password, "newPassword": NEW_PASSWORD}
    with refusing():
        api.put(PASSWORD, account, json=body)
        with pytest.raises(BulkWriteError):
            read_events()
        assert pending(database) == ["password-changed"]
    assert [event["what"] for event in read_events()] == ["password-changed"]
    assert pending(database) == []


def test_a_wrong_password_is_not_answered_while_mongodb_takes_no_event(
    api: Api, account: Person, monkeypatch: pytest.MonkeyPatch, database: Database[dict[str, Any]]
) -> None:
    def be_away(_events: list[dict[str, Any]]) -> None:
        raise AutoReconnect

    wrong = {**account.credentials, "password": f"{CANARY} of another mine"}
    before = database["accounts"].find_one()
    with monkeypatch.context() as patch:
        patch.setattr(recording, "_insert", be_away)
        api.post(LOG_IN, json=wrong, status=503)
    assert database["accounts"].find_one() == before
    api.post(LOG_IN, json=wrong, status=401)


def test_a_log_in_has_its_event_in_the_update_that_opens_its_session(
    api: Api,
    account: Person,
    refusing: Refusing,
    database: Database[dict[str, Any]],
    read_events: ReadEvents,
) -> None:
    with refusing():
        api.post(LOG_IN, json=account.credentials, status=200)
        assert pending(database) == ["login-succeeded"]
    assert [event["what"] for event in read_events()] == ["login-succeeded"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_is_killed_between_the_writes_leaves_the_event_once(
    api: Api,
    variables: dict[str, str],
    make_account: MakeAccount,
    database: Database[dict[str, Any]],
    when: str,
) -> None:
    account, admin = make_account(), make_account(roles=["admin"])
    command = [sys.executable, "-c", KILLED, str(account.id), when]
    killed = subprocess.run(command, cwd=PROJECT, env=variables, check=False)
    assert killed.returncode == -signal.SIGKILL
    api.get("/api/v1/me", account, status=401)
    for _ in range(2):
        (event,) = api.get("/api/v1/audit-events", admin).json["items"]
        assert (event["what"], event["account"]) == ("session-ended", str(account.id))
    assert pending(database) == []


@pytest.mark.usefixtures("server")
def test_a_server_moves_by_itself_what_has_waited_for_a_minute(
    app: Flask, account: Person, database: Database[dict[str, Any]], read_events: ReadEvents
) -> None:
    with app.app_context():
        left = recording._make(Event.SESSION_ENDED, account.id, {})
    left["createdAt"] -= recording.SWEPT_AFTER
    database["accounts"].update_one({"_id": account.id}, {"$set": {"pendingEvents": [left]}})
    deadline = time.monotonic() + LONGEST_WAIT
    while pending(database):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert [event["_id"] for event in read_events()] == [left["_id"]]


def test_what_came_just_now_waits_for_others(
    app: Flask, account: Person, database: Database[dict[str, Any]]
) -> None:
    with app.app_context():
        recording.change_account({"_id": account.id}, {"$set": {"resets": 1}}, Event.SESSION_ENDED)
        recording.move_left(recording.SWEPT_AFTER)
    assert pending(database) == ["session-ended"]


def test_of_many_that_move_an_event_at_once_one_does(
    app: Flask, account: Person, database: Database[dict[str, Any]], read_events: ReadEvents
) -> None:
    with app.app_context():
        made = [recording._make(Event.SESSION_ENDED, account.id, {}) for _ in range(20)]
    database["accounts"].update_one({}, {"$set": {"pendingEvents": made}})

    def move(_number: int) -> None:
        with app.app_context():
            recording.move_left()

    with ThreadPoolExecutor(8) as pool:
        [*pool.map(move, range(8))]
    assert {event["_id"] for event in read_events()} == {event["_id"] for event in made}
    assert pending(database) == []


def test_an_account_does_not_grow_without_end(
    app: Flask,
    account: Person,
    refusing: Refusing,
    database: Database[dict[str, Any]],
    read_events: ReadEvents,
) -> None:
    wanted = {"_id": account.id}
    change = {"$inc": {"credentialVersion": 1}}
    with app.app_context():
        with refusing():
            for _ in range(recording.MOST_PENDING):
                assert recording.change_account(wanted, change, Event.SESSION_ENDED)
            with pytest.raises(ServiceUnavailableError):
                recording.change_account(wanted, change, Event.SESSION_ENDED)
            command = ["accounts", "suspend", f"--id={account.id}"]
            said = app.test_cli_runner().invoke(args=command)
            assert (said.exit_code, said.output.count("\n")) == (1, 1)
            assert len(pending(database)) == recording.MOST_PENDING
        assert recording.change_account(wanted, change, Event.SESSION_ENDED)
    assert pending(database) == ["session-ended"]
    assert len(read_events()) == recording.MOST_PENDING + 1
    assert database["accounts"].find_one()["credentialVersion"] == recording.MOST_PENDING + 1


def test_a_change_that_is_not_made_leaves_no_event(
    app: Flask, account: Person, database: Database[dict[str, Any]], read_events: ReadEvents
) -> None:
    with app.app_context():
        wanted = {"_id": account.id, "credentialVersion": 7}
        change = {"$inc": {"credentialVersion": 1}}
        assert not recording.change_account(wanted, change, Event.SESSION_ENDED)
    assert (read_events(), pending(database)) == ([], [])


def test_a_refused_sign_up_is_recorded_without_the_account_it_met(
    api: Api, account: Person, read_events: ReadEvents
) -> None:
    body = {"email": account.email, "password": NEW_PASSWORD, "displayName": "A"}
    #: if cookiecutter.mail
    api.post(SIGN_UP, json=body, status=202)
    #: else
    api.post(SIGN_UP, json=body, status=409)
    #: endif
    (event,) = read_events()
    assert event["what"] == "sign-up-refused"
    assert event.keys() & {"actor", "account", "emailIndex"} == {"emailIndex"}


def test_the_events_of_an_account_stay_when_it_is_deleted(
    account: Person,
    refusing: Refusing,
    app: Flask,
    database: Database[dict[str, Any]],
    read_events: ReadEvents,
) -> None:
    with refusing():
        app.config["PROPAGATE_EXCEPTIONS"] = False
        client = app.test_client()
        assert client.delete("/api/v1/me", headers=account.headers).status_code == 500
        # The account holds its event: it goes when that is safe.
        assert pending(database) == ["account-deleted"]
    assert client.delete("/api/v1/me", headers=account.headers).status_code == 204
    assert database["accounts"].count_documents({}) == 0
    (event,) = read_events()
    assert (event["what"], event["account"]) == ("account-deleted", account.id)
    with app.app_context():
        deletion.sweep()
    assert len(read_events()) == 1


def test_what_ends_the_sessions_of_all_is_one_event(
    app: Flask,
    make_account: MakeAccount,
    database: Database[dict[str, Any]],
    read_events: ReadEvents,
) -> None:
    for _ in range(3):
        make_account()
    app.test_cli_runner().invoke(args=["accounts", "end-sessions", "--all"])
    (event,) = read_events()
    assert (event["what"], event["actor"]) == ("session-ended", "operator")
    assert "account" not in event
    assert pending(database) == []


def test_reading_ones_account_writes_nothing_and_a_log_in_makes_no_round_trip_for_its_event(
    api: Api, account: Person, listen: Listen
) -> None:
    api.get("/api/v1/me", account)
    with listen() as commands:
        api.get("/api/v1/me", account)
    assert [command.name for command in commands] == ["find"]
    api.post(LOG_IN, json=account.credentials, status=200)
    with listen() as commands:
        api.post(LOG_IN, json=account.credentials, status=200)
    assert {each.collection for each in commands} == {"accounts", "counters"}


def test_a_model_reads_what_was_recorded(app: Flask, account: Person) -> None:
    with app.app_context():
        recording.record(Event.LOGIN_FAILED, account.id)
        event = AuditEvent.objects.get()
        assert (event.what, event.account) == (Event.LOGIN_FAILED, account.id)
        assert Account.objects.get().pending_events == []
