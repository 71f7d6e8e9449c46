"""Generated projects run their own commands, as their owners would."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from pymongo import MongoClient

from tests.conftest import clean_environment
from tests.projects import SHARED, new, run, run_suite

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.projects,
    pytest.mark.timeout(900),
    # One after the other: each suite uses both cores itself.
    pytest.mark.xdist_group("projects"),
]


@contextmanager
def external_server(folder: Path):
    """Run a database that is none of a project's own; yield its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [f"{sys.prefix}/bin/secantusd-py", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--storage-path", str(folder), "--cache-size", "128M", "--log-level", "WARNING"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with MongoClient(port=port, serverSelectionTimeoutMS=30_000) as client:
            client.admin.command("ping")
        yield port
    finally:
        server.terminate()
        server.wait(30)


def test_an_external_server_serves_the_tests_with_rs256_and_the_owners_data_stays(tmp_path):
    project = new(tmp_path, jwt_algorithm="RS256")
    with external_server(tmp_path / "data") as port, MongoClient(port=port) as client:
        owned = [{"_id": number, "text": "precious"} for number in range(3)]
        for name in ("accounts", "notes"):
            client["my_flask_api"][name].insert_many(owned)

        passed = run_suite(
            project,
            SHARED,
            MONGODB_URI=f"mongodb://127.0.0.1:{port}/my_flask_api",
            TEST_MONGODB_URI=f"mongodb://127.0.0.1:{port}",
        )

        assert passed > 2000
        assert set(client["my_flask_api"].list_collection_names()) == {"accounts", "notes"}
        assert list(client["my_flask_api"]["accounts"].find()) == owned
        assert list(client["my_flask_api"]["notes"].find()) == owned


def commands_in_readme(project: Path, name: str) -> str:
    """Return the shell commands that the README gives under the mark *name*."""
    readme = (project / "README.md").read_text("utf-8")
    found = re.search(rf"<!-- test: {name} -->\s*```sh\n(.*?)```", readme, re.DOTALL)
    assert found, f"the README says nothing of {name}"
    return found[1]


def run_in_shell(project: Path, commands: str, **variables: str) -> str:
    """Run shell *commands* of a README."""
    return run(project, "bash", "-euo", "pipefail", "-c", commands, **variables)


def test_the_sample_goes_as_the_readme_says_and_the_suite_stays_green_with_eddsa(tmp_path):
    project = new(tmp_path, jwt_algorithm="EdDSA")

    run_in_shell(project, commands_in_readme(project, "remove-sample"))

    assert not list(project.rglob("*notes*"))
    assert run_suite(project, SHARED) > 1500
    run(project, "make", "lint", SHARED)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(output: Path, text: str, process: subprocess.Popen, seconds: int = 90) -> None:
    """Wait until *process* has printed *text*."""
    end = time.monotonic() + seconds
    while text not in output.read_text():
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < end, output.read_text()
        time.sleep(0.1)


@contextmanager
def running(project: Path, *arguments: str, port: int):
    """Run a command that serves until it is told to end; all its children end with it."""
    output = project.parent / f"output-{port}"
    with output.open("w") as file:
        process = subprocess.Popen(
            ["make", *arguments],
            cwd=project,
            env=clean_environment(project.parent / "home") | {"PORT": str(port)},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(output, f"http://127.0.0.1:{port}/", process)
        yield output
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        end = time.monotonic() + 10
        while is_alive(process.pid) and time.monotonic() < end:
            time.sleep(0.1)
        assert not is_alive(process.pid)
    finally:
        if is_alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)


def is_alive(group: int) -> bool:
    """Tell whether any process of *group* is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_readmes_requests_work_against_make_run(tmp_path):
    project = new(tmp_path)
    port = free_port()
    commands = commands_in_readme(project, "curl")

    with running(project, "run", SHARED, port=port):
        run_in_shell(project, commands, API=f"http://127.0.0.1:{port}/api/v1")
