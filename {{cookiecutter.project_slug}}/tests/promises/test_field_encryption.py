"""Sensitive data is encrypted: seen in stored documents, over HTTP and when a server starts."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from config.environment import PROJECT
from config.strong_secrets import generate_secret
from tests.fixtures import sign_ups
from tests.fixtures.api import Api
from tests.fixtures.encryption import new_key, older_token, run_command, stored_bytes

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
    sign_ups.sign_up(Api(old), ACCOUNT)
    return old


def read_profile(app: Flask) -> tuple[str, str]:
    """Log in and return e-mail and display name as the API shows them."""
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


def test_personal_data_is_returned_as_it_was_sent(app_of_old_key: Flask) -> None:
    assert read_profile(app_of_old_key) == (ACCOUNT["email"], ACCOUNT["displayName"])


def test_after_rotation_the_old_key_is_not_needed(app_of_old_key: Flask, make_app: MakeApp) -> None:
    rotating = make_app(FIELD_ENCRYPTION_KEYS=NEW_KEY + OLD_KEY)
    assert read_profile(rotating) == read_profile(app_of_old_key)
    result = run_command(rotating, "encryption", "rotate")
    assert result.exit_code == 0, result.output
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
    said = "starts unready"
    # On a busy machine MongoDB may take longer to answer than a start waits.
    while "starts unready" in said:
        start = subprocess.run(
            command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )
        said = start.stderr
    assert start.returncode == 1
    assert start.stdout + start.stderr == (
        "Error: FIELD_ENCRYPTION_KEYS does not open what this database holds\n"
    )


def test_a_value_that_no_key_opens_is_an_error_without_details(
    app_of_old_key: Flask, database: Database[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    api = Api(app_of_old_key)
    pair = api.post("/api/v1/auth/login", json=CREDENTIALS, status=200).json
    database["accounts"].update_one({}, {"$set": {"email": b"\x01a torn value"}})
    before = snapshot(database)["accounts"]
    app_of_old_key.config["PROPAGATE_EXCEPTIONS"] = False
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    answer = api.get("/api/v1/me", headers=headers, status=500)
    assert answer.json["type"] == "/problems/unexpected"
    assert "torn" not in answer.text + caplog.text
    assert "holds a value that no key of FIELD_ENCRYPTION_KEYS opens" in caplog.text
    assert snapshot(database)["accounts"] == before


STRANGER = {"email": "other@example.com", "password": "battery horse", "displayName": "Other"}


def sign_up(app: Flask, profile: dict[str, str]) -> dict[str, str]:
    """Sign up and log in; return the header that calls."""
    api = Api(app)
    sign_ups.sign_up(api, profile)
    credentials = {name: profile[name] for name in ("email", "password")}
    pair = api.post("/api/v1/auth/login", json=credentials, status=200).json
    return {"Authorization": f"Bearer {pair['accessToken']}"}


def stored_account(database: Database[dict[str, Any]], place: int) -> dict[str, Any]:
    return list(database["accounts"].find().sort("_id", 1))[place]


def change(database: Database[dict[str, Any]], **members: Any) -> None:
    """Change the newest account in the database, as an attacker with write access could."""
    identifier = stored_account(database, -1)["_id"]
    database["accounts"].update_one({"_id": identifier}, {"$set": members})


def assert_nothing_is_served(app: Flask, headers: dict[str, str], *words: str) -> None:
    """See that /me answers an error without details."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        answer = Api(app).get("/api/v1/me", headers=headers, status=500)
    assert answer.json["type"] == "/problems/unexpected"
    assert not any(word in answer.text for word in words)


@pytest.mark.parametrize(
    ("account", "source", "target"),
    [(0, "email", "email"), (0, "email", "displayName"), (-1, "email", "displayName")],
    ids=["another account's", "another field of another account", "another field of one's own"],
)
def test_a_value_is_served_only_in_its_own_place(
    app_of_old_key: Flask,
    database: Database[dict[str, Any]],
    account: int,
    source: str,
    target: str,
) -> None:
    headers = sign_up(app_of_old_key, STRANGER)
    change(database, **{target: stored_account(database, account)[source]})
    assert_nothing_is_served(app_of_old_key, headers, ACCOUNT["email"], STRANGER["email"])


def test_clear_text_is_refused_once_all_is_encrypted(
    app_of_old_key: Flask, database: Database[dict[str, Any]], make_app: MakeApp
) -> None:
    headers = sign_up(app_of_old_key, STRANGER)
    # As an earlier release left it.
    database["encryption_checks"].update_one({}, {"$unset": {"seal": ""}})
    change(database, displayName="in clear", email=older_token(OLD_KEY[0], "other@example.com"))
    serving = make_app(is_prepared=False, FIELD_ENCRYPTION_KEYS=OLD_KEY)
    assert Api(serving).get("/api/v1/me", headers=headers).json["displayName"] == "in clear"
    assert run_command(serving, "encryption", "apply").exit_code == 0
    profile = Api(serving).get("/api/v1/me", headers=headers).json
    assert (profile["email"], profile["displayName"]) == ("other@example.com", "in clear")
    for planted in ("planted", older_token(OLD_KEY[0], "planted")):
        change(database, displayName=planted)
        # Both the running process and one that starts now.
        for app in (serving, make_app(is_prepared=False, FIELD_ENCRYPTION_KEYS=OLD_KEY)):
            assert_nothing_is_served(app, headers, "planted")


def test_a_removed_seal_is_reported_and_stops_a_strict_server(
    app_of_old_key: Flask,
    database: Database[dict[str, Any]],
    make_app: MakeApp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers = sign_up(app_of_old_key, STRANGER)
    database["encryption_checks"].update_one({}, {"$unset": {"seal": ""}})
    change(database, displayName="planted")
    # A process that has seen the seal keeps to it.
    assert_nothing_is_served(app_of_old_key, headers, "planted")
    caplog.clear()
    Api(make_app(is_prepared=False, FIELD_ENCRYPTION_KEYS=OLD_KEY)).get("/health/ready")
    assert "run flask encryption apply" in caplog.text
    strict = {"FIELD_ENCRYPTION_KEYS": OLD_KEY, "FIELD_ENCRYPTION_STRICT": True}
    Api(make_app(is_prepared=False, **strict)).get("/health/ready", status=503)
    assert "FIELD_ENCRYPTION_STRICT asks for a sealed database" in caplog.text


@pytest.mark.usefixtures("long_hashes")
def test_while_the_index_key_is_being_changed_an_e_mail_has_one_account(
    app_of_old_key: Flask, make_app: MakeApp, database: Database[dict[str, Any]]
) -> None:
    old = app_of_old_key.extensions["settings"].FIELD_INDEX_KEY
    keys = {"FIELD_ENCRYPTION_KEYS": OLD_KEY, "FIELD_INDEX_KEY": generate_secret()}
    both = make_app(FIELD_INDEX_KEY_PREVIOUS=old, **keys)
    later = make_app(**keys)

    def try_all(*apps: Flask) -> None:
        barrier, emails = Barrier(len(apps)), [f"{uuid4()}@example.com" for _ in range(4)]

        def race(app: Flask) -> list[int]:
            statuses = []
            for email in emails:
                barrier.wait()
                answer = app.test_client().post(sign_ups.SIGN_UP, json={**STRANGER, "email": email})
                statuses.append(answer.status_code)
            return statuses

        with ThreadPoolExecutor(len(apps)) as pool:
            for statuses in zip(*pool.map(race, apps), strict=True):
                #: if cookiecutter.mail
                assert statuses == (202,) * len(apps)
                #: else
                assert sorted(statuses) == [201] + [409] * (len(apps) - 1)
                #: endif
        #: if cookiecutter.mail
        sign_ups.confirm_stored(database)
        #: endif
        for app in apps:
            assert read_profile(app) == (ACCOUNT["email"], ACCOUNT["displayName"])
            #: if not cookiecutter.mail
            Api(app).post(sign_ups.SIGN_UP, json=ACCOUNT, status=409)
            #: endif
            for email in emails:
                credentials = {"email": email, "password": STRANGER["password"]}
                Api(app).post("/api/v1/auth/login", json=credentials, status=200)

    try_all(app_of_old_key, both)
    assert run_command(both, "encryption", "rotate").exit_code == 0
    try_all(both, later)
    assert run_command(later, "encryption", "rotate").exit_code == 0
    try_all(later)
    assert {type(record["emailIndex"]) for record in database["accounts"].find()} == {str}
