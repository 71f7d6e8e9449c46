"""Processing: production never runs in debug mode, and does not show how it failed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from app import create_app
from app.decorators import public
from config import Production
from config.environment import PROJECT, Environment
from tests.fixtures.api import Api

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.processes import Server

pytestmark = pytest.mark.checklist("proc.no-debug")

DEBUGGER: Final = (
    "/console",
    "/?__debugger__=yes&cmd=resource&f=debugger.js",
    "/?__debugger__=yes&cmd=pinauth&pin=123-456-789&s=x",
    "/?__debugger__=yes&cmd=printpin&s=x",
    "/_debug_toolbar/",
    "/__debugger__",
)


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (("-c", "import wsgi"), {"FLASK_DEBUG": "1"}),
        (("-m", "flask", "--debug", "--app", "wsgi", "prepare"), {}),
    ],
    ids=["a variable", "an option"],
)
def test_production_does_not_start_in_debug_mode(variables, command, given):
    start = _run(*command, variables=variables | given)
    assert start.returncode == 1
    assert start.stdout == "FLASK_DEBUG must not be switched on here\n"


def test_production_does_not_start_in_debug_mode_by_its_file(
    variables: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "env"
    file.touch(mode=0o600)
    file.write_text("FLASK_DEBUG=true\nTESTING=1\n", encoding="utf-8")
    start = _run("-c", "import wsgi", variables=variables | {"DOTENV": str(file)})
    assert start.returncode == 1
    assert start.stdout.splitlines() == [
        "FLASK_DEBUG must not be switched on here",
        "TESTING must not be switched on here",
    ]


def test_an_exception_in_production_says_nothing(variables, emptied_database):
    del emptied_database

    @public
    def fail() -> None:
        message = f"broken at {__file__}"
        raise RuntimeError(message)

    app = create_app(Production.from_environment(Environment(variables, {})))
    app.add_url_rule("/broken", "broken", fail)
    assert (app.debug, app.testing) == (False, False)
    answer = Api(app).get("/broken", base_url="https://localhost", status=500)
    request_id = answer.headers["X-Request-ID"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json == {
        "type": "/problems/unexpected",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong here. The request id finds it in the log.",
        "instance": f"urn:uuid:{request_id}",
        "requestId": request_id,
        "errors": [],
    }
    for telling in ("Traceback", "RuntimeError", "broken at", __file__, "tests."):
        assert telling not in f"{answer.headers}{answer.text}"


@pytest.mark.parametrize("path", DEBUGGER)
def test_there_is_no_debugger(two_servers: tuple[Server, Server], path: str) -> None:
    answer = two_servers[0].ask("GET", path, X_Forwarded_Proto="https")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def _run(*command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
