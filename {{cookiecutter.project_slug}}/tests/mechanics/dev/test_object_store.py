"""The embedded object store: what it keeps, whom it serves, and that it always ends."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from config.environment import PROJECT
from dev import folder_locks, object_store, ports
from dev.children import STOP_SECONDS
#: if cookiecutter.mail
from tests.fixtures.letters import await_token
#: endif
from tests.fixtures.object_store import Objects, ask, send

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.processes import Server, StartServer

STARTER: Final = """
import json, pathlib, sys, time
from dev.object_store import embedded_store
with embedded_store(pathlib.Path(sys.argv[1])) as settings:
    print(json.dumps(settings), flush=True)
    time.sleep(60)
"""
RUN: Final = "import pathlib, sys; from dev.run import main; main(pathlib.Path(sys.argv[1]))"
NEWCOMER: Final = {"email": "a@example.com", "password": "long enough", "displayName": "a"}
FILE: Final = {"fileName": "a.png", "contentType": "image/png", "size": 5}
PATIENCE: Final = 30


def start(folder: Path) -> tuple[subprocess.Popen[str], dict[str, str]]:
    command = [sys.executable, "-c", STARTER, str(folder)]
    starter = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    with starter.stdout as output:
        return starter, json.loads(output.readline())


def await_end(settings: dict[str, str]) -> None:
    port = int(settings["S3_ENDPOINT_URL"].rpartition(":")[2])
    deadline = time.monotonic() + 2 * STOP_SECONDS
    while ports.answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_store_ends_with_its_starter_and_keeps_what_was_stored(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    starter, settings = start(folder)
    Objects(settings).put("kept", b"12345", "image/png")
    starter.kill()
    starter.wait()
    await_end(settings)
    with object_store.embedded_store(folder) as again:
        assert again["S3_SECRET_ACCESS_KEY"] != settings["S3_SECRET_ACCESS_KEY"]
        served = ask("GET", f"{again['CDN_BASE_URL']}/kept")
        assert (served.body, served.headers["Content-Type"]) == (b"12345", "image/png")
    await_end(again)


def test_strangers_read_one_file_and_write_none(own_store: dict[str, str], bucket: Objects) -> None:
    bucket.put("shown", b"12345", "image/png")
    base = own_store["CDN_BASE_URL"]
    assert ask("GET", f"{base}/shown").status == 200
    assert ask("GET", base).status == 403
    assert ask("PUT", f"{base}/shown", b"!").status == 403
    assert ask("DELETE", f"{base}/shown").status == 403


@pytest.mark.parametrize("path", ["/_ministack/reset", "/%5Fministack/reset", "/", "/filesystem"])
def test_the_store_serves_only_the_bucket(
    own_store: dict[str, str], bucket: Objects, path: str
) -> None:
    bucket.put("kept", b"12345", "image/png")
    assert ask("POST", own_store["S3_ENDPOINT_URL"] + path).status == 404
    assert ask("GET", f"{own_store['CDN_BASE_URL']}/kept").body == b"12345"


def test_profiles_of_this_machine_do_not_affect_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with object_store.embedded_store(tmp_path / "files") as settings:
        assert not Objects(settings).names()


def test_pages_of_other_origins_may_upload(own_store: dict[str, str]) -> None:
    asked = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    answer = ask("OPTIONS", own_store["CDN_BASE_URL"], headers=asked)
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", asked["Origin"]}


def test_folder_in_use_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_locks, "PATIENCE_SECONDS", 0)
    folder = tmp_path / "files"
    with (
        object_store.embedded_store(folder),
        pytest.raises(object_store.EmbeddedStoreError, match="end it, or set S3_ENDPOINT_URL"),
        object_store.embedded_store(folder),
    ):
        pass


def test_store_that_does_not_start_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "ATTEMPTS", 1)
    monkeypatch.setattr(object_store, "_variables", lambda *_: {"GATEWAY_PORT": "no port"})
    with (
        pytest.raises(object_store.EmbeddedStoreError, match="does not start on"),
        object_store.embedded_store(tmp_path / "files"),
    ):
        pass


def test_without_the_store_package_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with (
        pytest.raises(object_store.EmbeddedStoreError, match="set S3_ENDPOINT_URL"),
        object_store.embedded_store(tmp_path / "files"),
    ):
        pass


@pytest.fixture
def variables(variables: dict[str, str]) -> dict[str, str]:
    """Return variables without a store."""
    return {name: text for name, text in variables.items() if name not in object_store.SETTINGS}


def call(server: Server, method: str, path: str, token: str = "", json: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    deadline = time.monotonic() + PATIENCE
    # On a busy machine the store may answer too late: then clients ask again.
    while (answer := server.ask(method, f"/api/v1/{path}", json, **headers)).status == 503:
        assert time.monotonic() < deadline, server.printed
        time.sleep(0.5)
    assert answer.status < 300, (answer.status, answer.body)  # type: ignore[attr-defined]
    return json_of(answer)


def json_of(answer: Any) -> Any:
    return json.loads(answer.body) if answer.body else None


def test_runner_takes_files_from_the_first_day(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server("-c", RUN, str(tmp_path / "mongo"))
    call(server, "POST", "auth/signup", json=NEWCOMER)
    #: if cookiecutter.mail
    call(server, "POST", "auth/confirm", json={"token": await_token(tmp_path / "outbox")})
    #: endif
    credentials = {name: NEWCOMER[name] for name in ("email", "password")}
    token = call(server, "POST", "auth/login", json=credentials)["accessToken"]
    announced = call(server, "POST", "me/files", token, FILE)
    assert send(announced["upload"], b"12345").status == 204
    place = f"me/files/{announced['id']}"
    stored = call(server, "PATCH", place, token, {"status": "stored"})
    assert ask("GET", stored["url"]).body == b"12345"
    call(server, "DELETE", place, token)
    assert ask("GET", stored["url"]).status in {403, 404}
    server.stop()
    await_end({"S3_ENDPOINT_URL": announced["upload"]["url"].rpartition("/")[0]})


def test_runner_uses_the_store_that_is_named(
    start_server: StartServer, tmp_path: Path, own_store: dict[str, str]
) -> None:
    named = start_server("-c", RUN, str(tmp_path / "mongo"), **own_store)
    assert named.ask("GET", "/health/ready").status == 200
    assert not (tmp_path / "files").exists()


def test_incompletely_named_store_is_one_line_for_each_missing_setting(
    start_server: StartServer, tmp_path: Path
) -> None:
    refused = start_server("-c", RUN, str(tmp_path / "mongo"), S3_BUCKET="files")
    assert refused.process.wait() == 1
    missing = [name for name in object_store.SETTINGS if name != "S3_BUCKET"]
    assert refused.printed.splitlines() == [
        f"{name} must be set, or {name}_FILE" for name in missing
    ]
