"""`make secrets`: missing secrets are made, existing ones stay."""

from __future__ import annotations

import subprocess
import sys
from shutil import copytree
from typing import TYPE_CHECKING

import pytest
from dotenv import dotenv_values

from config import ConfigurationError, Development
from config.environment import PROJECT, Environment
from dev.fill_env import MAKERS, fill
#: if cookiecutter.uploads
from dev.object_store import locate
#: endif

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> dict[str, str]:
    return {name: text or "" for name, text in dotenv_values(path, interpolate=False).items()}


def test_missing_secrets_are_made_and_accepted(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    made = fill(path)
    assert made == list(MAKERS)
    given = {"MONGODB_URI": "mongodb://localhost/x"}
    #: if cookiecutter.uploads
    given |= locate(9000, "secret-of-no-store")
    #: endif
    #: if cookiecutter.task_queue
    given["BROKER_URI"] = "redis://localhost"
    #: endif
    #: if cookiecutter.mail
    given["MAIL_URI"] = "smtp://localhost"
    #: endif
    environment = Environment(given, read(path))
    settings = Development.from_environment(environment)
    assert read(path)["SECRET_KEY"] == settings.SECRET_KEY


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    fill(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_existing_secrets_stay(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# Mine.\nSECRET_KEY=abc\nPORT=1")
    assert "SECRET_KEY" not in fill(path)
    assert path.read_text().startswith("# Mine.\nSECRET_KEY=abc\nPORT=1\n")


def test_file_of_a_secret_counts_as_the_secret(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY_FILE=/run/secrets/key\n")
    assert "SECRET_KEY" not in fill(path)


def test_second_run_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    fill(path)
    before = path.read_bytes()
    assert fill(path) == []
    assert path.read_bytes() == before


def test_two_projects_never_share_a_secret(tmp_path: Path) -> None:
    for name in ("one", "other"):
        fill(tmp_path / name)
    assert not set(read(tmp_path / "one").values()) & set(read(tmp_path / "other").values())


def test_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes("SECRET_KEY=a".encode("utf-16"))
    with pytest.raises(ConfigurationError, match=r"^\.env must be a readable file of UTF-8 text$"):
        fill(path)
    assert path.read_bytes() == "SECRET_KEY=a".encode("utf-16")


def test_an_error_is_one_line(tmp_path: Path) -> None:
    """A copy: the project's own .env is a developer's."""
    for folder in ("config", "dev"):
        copytree(PROJECT / folder, tmp_path / folder)
    (tmp_path / ".env").mkdir()
    command = [sys.executable, "-m", "dev.fill_env"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ".env must be a readable file of UTF-8 text\n"
