"""`flask oauth client`: register, list, renew, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.database import preparation

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import Person
    from tests.fixtures.oauth import OtherApp

ADD = ("add", "An app", "--redirect-uri=https://a.example/", "--scope=profile:read")


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["oauth", "client", *arguments])


def test_a_confidential_client_gets_a_secret_once(app: Flask) -> None:
    done = run(app, *ADD)
    assert done.exit_code == 0
    shown = dict(line.split() for line in done.stdout.splitlines())
    assert shown.keys() == {"client_id", "client_secret"}
    assert "stored nowhere" in done.stderr
    listed = run(app, "list").output
    assert f"{shown['client_id']}  confidential  An app\n" in listed
    assert "  redirects  https://a.example/\n" in listed
    assert shown["client_secret"] not in listed


def test_a_public_client_gets_none(app: Flask) -> None:
    done = run(app, *ADD, "--public")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["client_id"]
    assert "  public  An app" in run(app, "list").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*ADD, "--redirect-uri=http://a.example/"), "must be https"),
        ((*ADD, "--scope=unknown"), "no operation asks for the scope unknown; known are "),
        ((*ADD, "--default-scope=profile:write"), "must be one of the client's scopes"),
        (("remove", str(uuid4())), "no such client"),
        (("rotate", "x"), "no such client"),
    ],
)
def test_a_mistake_is_one_line(app: Flask, arguments: tuple[str, ...], words: str) -> None:
    done = run(app, *arguments)
    assert done.exit_code == 1
    assert words in done.output
    assert done.output.startswith("Error: ")
    assert done.output.count("\n") == 1


def test_the_database_has_to_answer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "is_database_answering", lambda: False)
    done = run(app, "list")
    assert (done.exit_code, done.output) == (1, "Error: MongoDB does not answer\n")


def test_a_new_secret_replaces_the_old_one(
    app: Flask, other_app: OtherApp, account: Person
) -> None:
    tokens = other_app.grant(account)
    done = run(app, "rotate", other_app.client_id)
    secret = done.stdout.split()[1]
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    old = other_app.send("/oauth/token", form, 401)
    assert old.json["error"] == "invalid_client"
    form |= {"client_secret": secret, "client_id": other_app.client_id}
    other_app.send("/oauth/token", form)


def test_removing_a_client_ends_its_grants_and_no_others(
    app: Flask,
    other_app: OtherApp,
    public_app: OtherApp,
    account: Person,
    database: Database[dict[str, Any]],
) -> None:
    ended, other = other_app.grant(account), public_app.grant(account)
    code = other_app.get_code(account)
    assert run(app, "remove", other_app.client_id).exit_code == 0
    other_app.call(ended, "GET", "/api/v1/me", 401)
    other_app.send("/oauth/token", {"grant_type": "authorization_code", "code": code}, 401)
    public_app.call(other, "GET", "/api/v1/me", 200)
    other_app.api.get("/api/v1/me", account)
    assert {each["clientId"] for each in database["oauth_codes"].find()} == {
        each["_id"] for each in database["oauth_clients"].find()
    }
