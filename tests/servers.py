"""Servers that the tests start: what projects serve, and a database of nobody."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pymongo import MongoClient

from tests.conftest import clean_environment
from tests.rendering import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

# Projects know how to choose a port that nobody else is given.
free_port = runpy.run_path(str(SOURCES / "dev" / "ports.py"))["find_free"]


@contextmanager
def external_server(folder: Path):
    """Run a database that is none of a project's own; yield its port."""
    port = free_port()
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


def wait_for(output: Path, text: str, process: subprocess.Popen, seconds: int = 400) -> None:
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
        process.wait(30)


def is_alive(group: int) -> bool:
    """Tell whether any process of *group* is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
