"""A project's jobs on a real Redis, which its own tests take for the embedded Valkey."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.projects import run
from tests.servers import free_port

pytestmark = [pytest.mark.projects, pytest.mark.timeout(600)]

SERVER = shutil.which("redis-server")
# Whatever of a project speaks to a broker.
TESTS = (
    "tests/exports",
    "tests/jobs",
    "tests/promises/test_workers.py",
)


@contextmanager
def redis(folder):
    """Run a Redis that keeps nothing; yield its URI."""
    port = free_port()
    command = [SERVER, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    with (folder / "redis.log").open("w") as log:
        server = subprocess.Popen([*command, "--save", ""], stdout=log, stderr=log)
    try:
        end = time.monotonic() + 30
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < end, (folder / "redis.log").read_text()
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/3"
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.skipif(SERVER is None, reason="no Redis here: install redis-server")
def test_workers_of_a_project_lose_nothing_on_a_real_redis(bake, tmp_path):
    project = bake(task_queue="yes")
    with redis(tmp_path) as uri:
        # A project that is served has its own broker, which its tests leave alone.
        served = {"BROKER_URI": "redis://127.0.0.1:1", "TEST_BROKER_URI": uri}
        command = (sys.executable, "-m", "pytest", "-q", "-n2", "--no-cov", *TESTS)
        printed = run(project, *command, **served)
        told = subprocess.run(
            ["redis-cli", "-u", uri, "info", "commandstats"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )

    assert int(re.search(r"(\d+) passed", printed)[1]) > 30
    # It was this Redis that brought the jobs, and not an embedded broker.
    assert int(re.search(r"cmdstat_lpush:calls=(\d+)", told.stdout)[1]) > 30
