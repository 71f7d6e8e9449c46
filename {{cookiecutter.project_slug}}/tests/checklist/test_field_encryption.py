"""Sensitive data is encrypted: seen in the stored documents, over HTTP and at a start."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from config.environment import PROJECT
from config.keys import generate_secret
from tests.fixtures.api import Api
from tests.fixtures.encryption import new_key, run_command, stored_bytes

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.application import MakeApp

pytestmark = pytest.mark.checklist("auth.encrypt")

CREDENTIALS = {"email": "Min.Ji@example.com", "password": "correct horse battery"}
ACCOUNT = {**CREDENTIALS, "displayName": "김민지 🔥"}
OLD_KEY = (new_key(),)
NEW_KEY = (new_key(),)


@pytest.fixture
def app_of_old_key(make_app: MakeApp) -> Flask:
    """Return an app with one account, stored with OLD_KEY."""
    old = make_app(is_prepared=False, FIELD_ENCRYPTION_KEYS=OLD_KEY)
    Api(old).post("/api/v1/auth/signup", json=ACCOUNT)
    return old


def read_profile(app: Flask) -> tuple[str, str]:
    """Log in and return e-mail and display name as the API tells them."""
    api = Api(app)
    pair = api.post("/api/v1/auth/login", json=CREDENTIALS, status=200).json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    profile = api.get("/api/v1/me", headers=headers).json
    return profile["email"], profile["displayName"]


def snapshot(database: Database[dict[str, Any]]) -> dict[str, list[bytes]]:
    """Return every document of the database, byte for byte."""
    return {
        name: sorted(stored_bytes(record) for record in database[name].find())
        for name in database.list_collection_names()
    }


def test_no_stored_document_holds_personal_data_in_clear(
    app_of_old_key: Flask, database: Database[dict[str, Any]]
) -> None:
    Api(app_of_old_key).post(
        "/api/v1/auth/login", json={**CREDENTIALS, "password": "wrong password"}, status=401
    )
    stored = b"".join(b"".join(records) for records in snapshot(database).values()).lower()
    assert b"min.ji" not in stored
    assert "김민지".encode() not in stored


def test_personal_data_comes_back_as_it_was_sent(app_of_old_key: Flask) -> None:
    assert read_profile(app_of_old_key) == (ACCOUNT["email"], ACCOUNT["displayName"])


def test_after_rotation_the_old_key_is_not_needed(app_of_old_key: Flask, make_app: MakeApp) -> None:
    rotating = make_app(FIELD_ENCRYPTION_KEYS=NEW_KEY + OLD_KEY)
    assert read_profile(rotating) == read_profile(app_of_old_key)
    result = run_command(rotating, "encryption", "rotate")
    assert (result.exit_code, result.stderr) == (0, "")
    rotated = make_app(FIELD_ENCRYPTION_KEYS=NEW_KEY)
    assert read_profile(rotated) == (ACCOUNT["email"], ACCOUNT["displayName"])


@pytest.mark.parametrize(
    "wrong",
    [{"FIELD_ENCRYPTION_KEYS": NEW_KEY}, {"FIELD_INDEX_KEY": generate_secret()}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_key_is_refused_and_loses_nothing(
    app_of_old_key: Flask,
    make_app: MakeApp,
    database: Database[dict[str, Any]],
    wrong: dict[str, Any],
) -> None:
    before = snapshot(database)
    keys = {"FIELD_ENCRYPTION_KEYS": OLD_KEY, **wrong}
    api = Api(make_app(is_prepared=False, **keys))
    answer = api.post("/api/v1/auth/signup", json=ACCOUNT, status=503)
    assert answer.headers["Retry-After"]
    assert "KEY" not in answer.text
    api.get("/health/ready", status=503)
    assert snapshot(database) == before
    assert read_profile(app_of_old_key) == (ACCOUNT["email"], ACCOUNT["displayName"])


@pytest.mark.usefixtures("app_of_old_key")
def test_a_server_does_not_start_with_a_wrong_key(variables: dict[str, str]) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "prepare"]
    environment = variables | {"FIELD_ENCRYPTION_KEYS": NEW_KEY[0]}
    start = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert start.returncode == 1
    assert start.stdout + start.stderr == (
        "Error: FIELD_ENCRYPTION_KEYS does not open what this database holds\n"
    )


def test_a_value_that_no_key_opens_is_an_error_without_details(
    app_of_old_key: Flask, database: Database[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    api = Api(app_of_old_key)
    pair = api.post("/api/v1/auth/login", json=CREDENTIALS, status=200).json
    database["accounts"].update_one({}, {"$set": {"email": b"a torn token"}})
    before = snapshot(database)["accounts"]
    app_of_old_key.config["PROPAGATE_EXCEPTIONS"] = False
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    answer = api.get("/api/v1/me", headers=headers, status=500)
    assert answer.json["type"] == "/problems/unexpected"
    assert "torn" not in answer.text + caplog.text
    assert "holds a value that no key of FIELD_ENCRYPTION_KEYS opens" in caplog.text
    assert snapshot(database)["accounts"] == before
