"""Run the own commands of projects, as their owners would."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import time
from email.policy import default
from typing import TYPE_CHECKING

from tests.conftest import clean_environment
from tests.rendering import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# This environment holds what every variant of a project needs.
SHARED = f"VENV={sys.prefix}"


def run(project: Path, *command: str, **variables: str) -> str:
    """Run a command in *project* to its end and return what it printed; it must succeed."""
    done = subprocess.run(
        command,
        cwd=project,
        env=clean_environment(project.parent / "home") | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def run_suite(project: Path, *command: str, **variables: str) -> int:
    """Run the project's own tests by *command* and return how many passed; none may fail."""
    output = run(project, *command, **variables)
    found = re.search(r"(\d+) passed", output)
    assert found, output[-3000:]
    return int(found[1])


def commands_in_readme(project: Path, name: str) -> str:
    """Return the shell commands that the README gives under the mark *name*."""
    readme = (project / "README.md").read_text("utf-8")
    found = re.search(rf"<!-- test: {name} -->\s*```sh\n(.*?)```", readme, re.DOTALL)
    assert found, f"the README says nothing of {name}"
    return found[1]


def commands_in_page(page: str, name: str) -> str:
    """Return all shell commands that a page of the guide gives under the mark *name*."""
    text = (ROOT / "docs" / "en" / page).read_text("utf-8")
    found = re.findall(rf"<!-- test: {name} -->\s*```sh\n(.*?)```", text, re.DOTALL)
    assert found, f"{page} says nothing of {name}"
    return "".join(found)


def run_in_shell(project: Path, commands: str, **variables: str) -> str:
    """Run shell *commands* of a README."""
    return run(project, "bash", "-euo", "pipefail", "-c", commands, **variables)


def letters_of(project: Path) -> set[Path]:
    """Return the letters that the project's `make run` has caught."""
    return {*(project / ".data" / "outbox").glob("*.eml")}


def await_token(project: Path, before: set[Path]) -> str:
    """Return the token of a letter that was not there *before*."""
    deadline = time.monotonic() + 60
    while not (new := letters_of(project) - before):
        assert time.monotonic() < deadline, "no letter came"
        time.sleep(0.2)
    text = email.message_from_bytes(new.pop().read_bytes(), policy=default).get_body(["plain"])
    return re.search(r"#([\w-]+)", text.get_content())[1]
