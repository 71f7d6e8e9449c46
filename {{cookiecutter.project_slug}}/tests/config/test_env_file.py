"""Changing settings in a .env file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dotenv import dotenv_values

from config.env_file import format_line, update_env_file

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = """\
# Secrets of this machine

FIRST=one # kept
export SECOND='two'

# about the third
THIRD="a
b"
LAST=last"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a .env file that everybody may read."""
    path = tmp_path / ".env"
    path.write_text(BEFORE)
    path.chmod(0o644)
    return path


def test_a_setting_is_replaced_and_nothing_else(path: Path) -> None:
    update_env_file(path, {"THIRD": "3"})
    assert path.read_text() == BEFORE.replace('THIRD="a\nb"', 'THIRD="3"') + "\n"


def test_a_new_setting_goes_to_the_end(path: Path) -> None:
    update_env_file(path, {"NEW": "new"})
    assert path.read_text() == f'{BEFORE}\nNEW="new"\n'


def test_none_removes_a_setting(path: Path) -> None:
    update_env_file(path, {"FIRST": None, "ABSENT": None})
    assert path.read_text() == BEFORE.replace("FIRST=one # kept\n", "") + "\n"


def test_a_duplicate_setting_has_one_value_afterwards(path: Path) -> None:
    path.write_text("NAME=first\nNAME=second\n")
    update_env_file(path, {"NAME": "third"})
    assert path.read_text() == 'NAME="third"\n'


@pytest.mark.parametrize(
    "value",
    ["", "a b", "a\nb\n", "back\\slash\\n", 'quo"te', "it's", "# comment", "${HOME}", "가", "=a=b"],
)
def test_every_value_is_read_back_as_it_was(path: Path, value: str) -> None:
    update_env_file(path, {"SECOND": value, "NEW": value})
    values = dotenv_values(path, interpolate=False)
    assert (values["SECOND"], values["NEW"]) == (value, value)
    assert (values["FIRST"], values["THIRD"], values["LAST"]) == ("one", "a\nb", "last")


def test_a_value_of_several_lines_is_written_on_one() -> None:
    assert format_line("PEM", "a\nb\n") == 'PEM="a\\nb\\n"\n'


def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    update_env_file(path, {"NEW": "secret"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [".env"]


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    update_env_file(tmp_path / ".env", {"NEW": "new"})
    assert (tmp_path / ".env").read_text() == 'NEW="new"\n'


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    update_env_file(link, {"NEW": "new"})
    assert link.is_symlink()
    assert dotenv_values(path)["NEW"] == "new"


def test_a_failure_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("config.env_file.os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        update_env_file(path, {"FIRST": "lost"})
    assert path.read_text() == BEFORE
    assert [entry.name for entry in path.parent.iterdir()] == [".env"]
