"""`make flask` and `make shell`: commands with the settings of the running `make run`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from config.environment import PROJECT
#: if cookiecutter.uploads
from dev import object_store
#: endif

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.processes import StartServer

RUN = "import pathlib, sys; from dev.run import main; main(pathlib.Path(sys.argv[1]))"
COMMAND = """
import pathlib, sys
from dev.flask_command import main
main(sys.argv[2:], pathlib.Path(sys.argv[1]))
"""

# The services of `make run`, at addresses where nothing listens.
EMBEDDED = {
    "MONGODB_URI": "mongodb://127.0.0.1:1/nothing",
    #: if cookiecutter.task_queue
    "BROKER_URI": "redis://127.0.0.1:1",
    #: endif
    #: if cookiecutter.mail
    "MAIL_URI": "smtp://127.0.0.1:1",
    #: endif
    #: if cookiecutter.uploads
    **object_store.locate(1, "stands-for-a-secret"),
    #: endif
}


@pytest.fixture
def variables(variables: dict[str, str]) -> dict[str, str]:
    """Return variables without the services that `make run` embeds."""
    return {
        #: if cookiecutter.observability
        # A busy machine is no news here.
        "SLOW_QUERY_MILLISECONDS": "60000",
        #: endif
        **{name: text for name, text in variables.items() if name not in EMBEDDED},
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder for data, beside which is the file of `make run`."""
    lines = [f"{name}='{text}'\n" for name, text in EMBEDDED.items()]
    (tmp_path / "run.env").write_text("".join(lines))
    return tmp_path / "mongo"


def run_command(
    variables: dict[str, str], data: Path, *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, str(data), *arguments],
        cwd=PROJECT,
        env=variables,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_command_has_the_settings_of_the_running_services(
    start_server: StartServer, variables: dict[str, str], tmp_path: Path
) -> None:
    data = tmp_path / "mongo"
    runner = start_server("-c", RUN, str(data))
    runner.await_output(f"http://127.0.0.1:{runner.port}")
    running = tmp_path / "run.env"
    assert running.stat().st_mode & 0o777 == 0o600

    made = run_command(variables, data, "indexes", "ensure")
    assert (made.returncode, made.stderr) == (0, "")
    typed = "print([account.email for account in Account.objects], app.config['MONGODB_URI'])"
    shell = run_command(variables, data, "shell", typed=typed)
    uri = (tmp_path / "mongo.lock").read_text()
    assert f"[] {uri}/" in shell.stdout

    runner.stop()
    assert not running.exists()


def test_set_variables_win_over_the_running_services(
    variables: dict[str, str], data: Path, mongodb_uri: str
) -> None:
    named = {**variables, "MONGODB_URI": mongodb_uri}
    typed = "print(app.config['MONGODB_URI'])"
    assert mongodb_uri in run_command(named, data, "shell", typed=typed).stdout


def test_a_missing_make_run_is_one_line(variables: dict[str, str], tmp_path: Path) -> None:
    refused = run_command(variables, tmp_path / "mongo", "keys", "show")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == "`make run` is not running: start it, or set MONGODB_URI\n"


def test_a_wrong_setting_is_one_line(variables: dict[str, str], data: Path) -> None:
    refused = run_command({**variables, "TRUSTED_PROXIES": "x"}, data, "keys", "show")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "TRUSTED_PROXIES must be a whole number\n"
