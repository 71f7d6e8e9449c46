"""Keep the tests away from the home directory and the settings of whoever runs them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

# Not of these tests: they would reach the projects that the tests generate.
FOREIGN = ("COOKIECUTTER_", "COV_", "FLASK_", "JWT_", "MAKE", "MFLAGS", "MONGODB_", "PYTEST_")


def pytest_configure() -> None:
    """Give cookiecutter, which looks once, an empty home; uv and pip keep their caches."""
    home = Path.home()
    for name, folder in (("XDG_CACHE_HOME", ".cache"), ("XDG_CONFIG_HOME", ".config")):
        os.environ.setdefault(name, str(home / folder))
    os.environ["HOME"] = tempfile.mkdtemp(prefix="home-")


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Return the environment for programs that tests start."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept.pop("VIRTUAL_ENV", None)
    return kept


@pytest.fixture
def home(tmp_path: Path, environment: dict[str, str]) -> Path:
    """Return an empty home directory that this test's programs use."""
    folder = tmp_path / "home"
    folder.mkdir()
    environment["HOME"] = str(folder)
    return folder
