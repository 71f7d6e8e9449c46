"""A generated project does what its README says."""

from __future__ import annotations

import sys

import pytest

from tests.projects import SHARED, commands_in_page, commands_in_readme, run_in_shell
from tests.servers import free_port, running

pytestmark = [pytest.mark.projects, pytest.mark.timeout(900)]


def test_the_readmes_requests_work_against_make_run(bake):
    project = bake()
    port = free_port()
    commands = commands_in_readme(project, "curl")

    with running(project, "run", SHARED, port=port):
        run_in_shell(project, commands, API=f"http://127.0.0.1:{port}/api/v1")


def test_an_account_lives_as_the_guide_says(bake):
    project = bake()
    port = free_port()
    commands = commands_in_page("accounts.md", "accounts")
    # A minute for the letter of a killed worker is long.
    lease = "JOB_LEASE_SECONDS=15"

    with running(project, "run", SHARED, lease, port=port) as output:
        api = f"http://127.0.0.1:{port}/api/v1"
        told = run_in_shell(project, commands, API=api, VENV=sys.prefix)
        printed = output.read_text()

    assert '"email":"seojun.park@example.com"' in told
    # The worker that was killed had begun, and the one after it has sent the letter: once.
    assert ": done" in told
    assert printed.count("Letter to haneul@example.com") == 1
