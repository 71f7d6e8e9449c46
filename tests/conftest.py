"""Keep the tests away from the home directory and the settings of whoever runs them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

# Not of these tests: they would reach the projects that the tests generate.
FOREIGN = ("COOKIECUTTER_", "COV_", "FLASK_", "JWT_", "MAKE", "MFLAGS", "MONGODB_", "PYTEST_")


def pytest_configure() -> None:
    """Give cookiecutter, which looks once, an empty home; uv and pip keep their caches."""
    home = Path.home()
    for name, folder in (("XDG_CACHE_HOME", ".cache"), ("XDG_CONFIG_HOME", ".config")):
        os.environ.setdefault(name, str(home / folder))
    os.environ["HOME"] = tempfile.mkdtemp(prefix="home-")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how many variants were covered, and how many faults were found."""
    told: dict[str, list[Any]] = {"variants": [], "faults": []}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in report.user_properties:
                told.get(name, []).append(value)
    for count, how in told["variants"]:
        terminalreporter.write_line(f"{count}, {sum(told['faults']):,} faults ({how})")


def clean_environment(home: Path) -> dict[str, str]:
    """Return the environment for a program that a test starts, with its own *home*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept.pop("VIRTUAL_ENV", None)
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the empty home directory of this test's programs."""
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """Return the environment of this test's programs."""
    return clean_environment(home)
