"""What a worker keeps of the memory that it used."""

from __future__ import annotations

import platform
import re
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from resource import getpagesize
from typing import TYPE_CHECKING

import pytest

from config.environment import PROJECT

if TYPE_CHECKING:
    from tests.fixtures.processes import Server, StartServer


def resident(server: Server) -> int:
    """Return how many bytes of memory the workers have."""
    arbiter = server.process.pid
    workers = Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text(encoding="ascii").split()
    pages = [Path(f"/proc/{each}/statm").read_text(encoding="ascii").split()[1] for each in workers]
    return sum(map(int, pages)) * getpagesize()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are glibc's")
def test_make_serve_gives_back_what_checking_passwords_took(start_server: StartServer) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    given = dict(re.findall(r"^serve: export (\w+) \?= (\S+)$", makefile, re.MULTILINE))
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1", **given)

    def log_in(number: int) -> int:
        wrong = {"email": f"nobody-{number}@example.com", "password": "a passphrase of nobody"}
        answer = server.ask("POST", "/api/v1/auth/login", wrong, X_Forwarded_Proto="https")
        return answer.status

    assert server.ask("GET", "/health/ready").status == 200
    before = resident(server)
    with ThreadPoolExecutor(4) as pool:
        statuses = set(pool.map(log_in, range(12)))
    # A busy machine may not be in time for all of them.
    assert HTTPStatus.UNAUTHORIZED in statuses
    assert statuses <= {HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE}
    # One hash takes as much, and every thread would keep one.
    assert resident(server) - before < 19_456 * 1024
