"""Generate projects and run their own commands, as their owners would."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import clean_environment
from tests.rendering import generate

if TYPE_CHECKING:
    from pathlib import Path

# This environment holds what every variant of a project needs.
SHARED = f"VENV={sys.prefix}"


def new(folder: Path, **answers: str) -> Path:
    """Generate a project into *folder* and return where it is."""
    return generate(folder, clean_environment(folder / "home"), **answers)


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


def run_suite(project: Path, *options: str, **variables: str) -> int:
    """Run the project's own `make test` and return how many tests passed; none may fail."""
    output = run(project, "make", "test", *options, **variables)
    found = re.search(r"(\d+) passed", output)
    assert found, output[-3000:]
    return int(found[1])
