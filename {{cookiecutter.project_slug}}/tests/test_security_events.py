"""Security events: each is one line and one audit event, which hold nothing personal."""

from __future__ import annotations

#: if cookiecutter.observability
import json
#: endif
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from app import security_events
#: if cookiecutter.observability
from app.observability import logs
#: endif
from app.security_events import FIELDS, Event
from tests.fixtures.accounts import CANARY, NEW_PASSWORD
#: if cookiecutter.oauth == "server"
from tests.fixtures.oauth import REVOKE
#: endif
#: if cookiecutter.oauth == "client"
from tests.fixtures.provider_logins import IDENTITIES
#: endif
#: if cookiecutter.mail
from tests.fixtures.sign_ups import SIGN_UP, sign_up
#: else
from tests.fixtures.sign_ups import SIGN_UP
#: endif

if TYPE_CHECKING:
    from pymongo.database import Database

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.audit import ReadEvents
    #: if cookiecutter.oauth == "server"
    from tests.fixtures.oauth import OtherApp
    #: endif
    #: if cookiecutter.oauth == "client"
    from tests.fixtures.provider_logins import Browser
    #: endif

# Contained in all personal values here; secrets contain CANARY.
WORD: Final = "heron"
EMAIL: Final = f"{WORD}@{WORD}.example"
ADDRESS: Final = "203.0.113.77"
LOG_IN: Final = "/api/v1/auth/login"
PASSWORD: Final = "/api/v1/me/password"


class Told:
    """The logged events, and the accounts they name."""

    def __init__(
        self,
        caplog: pytest.LogCaptureFixture,
        database: Database[dict[str, Any]],
        read_events: ReadEvents,
    ) -> None:
        self.caplog = caplog
        self.read_events = read_events
        self.database = database

    def take(self) -> list[tuple[Event, dict[str, str]]]:
        """Return the events since the last call; none may contain anything personal.

        Each has an audit event, which may not either.
        """
        records = [each for each in self.caplog.records if each.name == "app.security_events"]
        self.caplog.clear()
        audited = self.read_events()
        self.database["audit_events"].delete_many({})
        for told in [*map(vars, records), *audited]:
            assert not re.search(f"{CANARY}|{WORD}|@", str(told).lower())
            assert ADDRESS not in str(told)
        assert sorted(each["what"] for each in audited) == sorted(map(_message, records))
        return [
            (
                Event(record.getMessage()),
                {name: vars(record)[name] for name in FIELDS if name in vars(record)},
            )
            for record in records
        ]


def _message(record: logging.LogRecord) -> str:
    return record.getMessage()


@pytest.fixture
def told(
    caplog: pytest.LogCaptureFixture,
    api: Api,
    database: Database[dict[str, Any]],
    read_events: ReadEvents,
) -> Told:
    """Return the events of requests from ADDRESS."""
    caplog.set_level(logging.INFO, "app.security_events")
    api.client.environ_base["REMOTE_ADDR"] = ADDRESS
    return Told(caplog, database, read_events)


@pytest.fixture
def owner(make_account: MakeAccount, told: Told) -> Person:
    """Return an account whose e-mail and name can be found in a line."""
    owner = make_account(email=EMAIL, display_name=WORD)
    told.take()
    return owner


def only(event: Event, person: Person) -> list[tuple[Event, dict[str, str]]]:
    """Return the expected line of one event, with only the id of the account."""
    return [(event, {"accountId": str(person.id)})]


@pytest.mark.checklist("output.no-secrets")
def test_a_sign_up_and_a_refused_sign_up_are_logged_once(api: Api, told: Told) -> None:
    body = {"email": EMAIL, "password": NEW_PASSWORD, "displayName": WORD}
    #: if cookiecutter.mail
    sign_up(api, body)
    (signed_up, confirmed) = told.take()
    assert (signed_up[0], confirmed) == (Event.SIGNED_UP, (Event.EMAIL_CONFIRMED, signed_up[1]))
    assert [*signed_up[1]] == ["accountId"]
    api.post(SIGN_UP, json=body, status=202)
    #: else
    account = api.post(SIGN_UP, json=body).json
    assert told.take() == [(Event.SIGNED_UP, {"accountId": account["id"]})]
    api.post(SIGN_UP, json=body, status=409)
    #: endif
    ((event, about),) = told.take()
    assert (event, [*about]) == (Event.SIGN_UP_REFUSED, ["accountIndex"])


@pytest.mark.checklist("output.no-secrets")
def test_log_ins_name_the_account_and_its_index_or_only_the_index_if_unknown(
    api: Api, owner: Person, told: Told
) -> None:
    api.post(LOG_IN, json=owner.credentials, status=200)
    assert told.take() == only(Event.LOGIN_SUCCEEDED, owner)
    api.post(LOG_IN, json={**owner.credentials, "password": CANARY}, status=401)
    ((event, about),) = told.take()
    index = about.pop("accountIndex")
    assert (event, about) == (Event.LOGIN_FAILED, {"accountId": str(owner.id)})
    unknown = {**owner.credentials, "email": f"nobody@{WORD}.example"}
    others = set()
    for _ in range(2):
        api.post(LOG_IN, json=unknown, status=401)
        ((event, about),) = told.take()
        assert (event, [*about]) == (Event.LOGIN_FAILED, ["accountIndex"])
        others.add(about["accountIndex"])
    assert len(others | {index}) == 2


def test_a_jail_is_logged(api: Api, owner: Person, told: Told) -> None:
    wrong = {**owner.credentials, "password": CANARY}
    for _ in range(5):
        api.post(LOG_IN, json=wrong, status=401)
    told.take()
    api.post(LOG_IN, json=wrong, status=429)
    ((event, about),) = told.take()
    assert (event, [*about]) == (Event.LOGIN_JAILED, ["accountId", "accountIndex"])


def test_changes_of_roles_and_of_the_state_are_logged_once(
    api: Api, owner: Person, told: Told
) -> None:
    def run(*arguments: str) -> list[tuple[Event, dict[str, str]]]:
        for _ in range(2):
            # The second time nothing changes.
            whose = f"--email={EMAIL}"
            args = ["accounts", *arguments, whose]
            assert api.client.application.test_cli_runner().invoke(args=args).exit_code == 0
        return told.take()

    assert run("grant", "staff") == only(Event.ROLES_CHANGED, owner)
    assert run("revoke", "staff") == only(Event.ROLES_CHANGED, owner)
    assert run("suspend") == only(Event.ACCOUNT_SUSPENDED, owner)
    api.post(LOG_IN, json=owner.credentials, status=403)
    ((event, about),) = told.take()
    assert (event, [*about]) == (Event.LOGIN_SUSPENDED, ["accountId", "accountIndex"])
    api.post(LOG_IN, json={**owner.credentials, "password": CANARY}, status=401)
    ((event, _),) = told.take()
    assert event == Event.LOGIN_FAILED
    assert run("unsuspend") == only(Event.ACCOUNT_RESTORED, owner)


def test_a_changed_or_refused_password_is_logged(api: Api, owner: Person, told: Told) -> None:
    body = {"currentPassword": CANARY, "newPassword": NEW_PASSWORD}
    api.put(PASSWORD, owner, json=body, status=403)
    assert told.take() == only(Event.PASSWORD_REFUSED, owner)
    api.put(PASSWORD, owner, json={**body, "currentPassword": owner.password})
    assert told.take() == only(Event.PASSWORD_CHANGED, owner)


def test_the_end_of_a_session_and_the_reuse_of_a_refresh_token_are_logged(
    api: Api, owner: Person, told: Told
) -> None:
    refresh = {"headers": owner.refresh_headers}
    pair = api.post("/api/v1/auth/refresh", status=200, **refresh).json
    assert told.take() == []
    api.post("/api/v1/auth/refresh", status=401, **refresh)
    assert told.take() == [
        *only(Event.REFRESH_TOKEN_REUSED, owner),
        *only(Event.SESSION_ENDED, owner),
    ]
    again = api.post(LOG_IN, json=owner.credentials, status=200).json
    told.take()
    api.post("/api/v1/auth/logout", replace(owner, access_token=pair["accessToken"]), status=401)
    assert told.take() == []
    api.post("/api/v1/auth/logout", replace(owner, access_token=again["accessToken"]), status=204)
    assert told.take() == only(Event.SESSION_ENDED, owner)


def test_a_deletion_is_logged(api: Api, owner: Person, told: Told) -> None:
    api.delete("/api/v1/me", owner)
    assert told.take() == only(Event.ACCOUNT_DELETED, owner)


#: if cookiecutter.oauth == "client"
def test_events_with_a_provider_are_logged(browser: Browser, owner: Person, told: Told) -> None:
    browser.link(owner)
    assert told.take() == [
        *only(Event.IDENTITY_LINKED, owner),
        *only(Event.LOGIN_SUCCEEDED, owner),
    ]
    pair = browser.log_in().json
    assert told.take() == only(Event.LOGIN_SUCCEEDED, owner)
    caller = replace(owner, access_token=pair["accessToken"])
    (identity,) = browser.api.get(IDENTITIES, caller).json["items"]
    browser.api.delete(f"{IDENTITIES}/{identity['id']}", caller, status=204)
    assert told.take() == [
        *only(Event.SESSION_ENDED, owner),
        *only(Event.IDENTITY_UNLINKED, owner),
    ]


def test_a_first_log_in_with_a_provider_is_logged_as_a_sign_up(
    browser: Browser, told: Told
) -> None:
    browser.log_in()
    (signed_up, about), logged_in = told.take()
    assert signed_up is Event.SIGNED_UP
    assert logged_in == (Event.LOGIN_SUCCEEDED, about)


#: endif
#: if cookiecutter.oauth == "server"
def test_grants_and_denials_of_another_app_are_logged(
    other_app: OtherApp, owner: Person, told: Told
) -> None:
    page = other_app.log_in(owner)
    ((event, about),) = told.take()
    assert (event, about["accountId"]) == (Event.LOGIN_SUCCEEDED, str(owner.id))
    code = other_app.decide(page).location.partition("code=")[2].partition("&")[0]
    assert told.take() == []
    tokens = other_app.exchange(code)
    granted = {"accountId": str(owner.id), "clientId": other_app.client_id}
    assert told.take() == [(Event.GRANT_GIVEN, granted)]
    other_app.call(tokens, "DELETE", "/api/v1/me", 403)
    assert told.take() == only(Event.SCOPE_DENIED, owner)
    other_app.send(REVOKE, {"token": tokens["refresh_token"]})
    assert told.take() == only(Event.SESSION_ENDED, owner)
    other_app.exchange(code, 400)
    assert told.take() == [(Event.CODE_REUSED, granted)]


#: endif
#: if cookiecutter.observability
def test_a_line_of_json_has_the_account_as_a_member(
    api: Api, owner: Person, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    api.delete("/api/v1/me", owner)
    (record,) = [each for each in caplog.records if each.name == "app.security_events"]
    assert told
    line = json.loads(logs.make_formatter("json").format(record))
    assert (line["logger"], line["event"]) == ("app.security_events", "account-deleted")
    assert line["accountId"] == str(owner.id)


def test_an_event_is_logged_whatever_level_is_set() -> None:
    logging.getLogger("app").setLevel(logging.ERROR)
    assert security_events.logger.isEnabledFor(logging.INFO)
#: else
def test_a_line_has_the_event_the_request_and_the_account(
    api: Api, owner: Person, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = api.delete("/api/v1/me", owner)
    (line,) = capfd.readouterr().err.splitlines()
    request_id = answer.headers["X-Request-ID"]
    assert line == f"security=account-deleted requestId={request_id} accountId={owner.id}"
    assert security_events.logger.isEnabledFor(logging.INFO)
#: endif
