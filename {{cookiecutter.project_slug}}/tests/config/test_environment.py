"""Where settings are read from, and which source wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config import ConfigurationError
from config.environment import Environment

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("PORT", "RELEASE")


def test_setting_is_read_from_the_environment() -> None:
    assert Environment({"PORT": "1"}, {}).read(NAMES).values == {"PORT": "1"}


def test_environment_wins_over_dotenv() -> None:
    reading = Environment({"PORT": "1"}, {"PORT": "2", "RELEASE": "3"}).read(NAMES)
    assert reading.values == {"PORT": "1", "RELEASE": "3"}
    assert not reading.mistakes


def test_file_of_the_environment_wins_over_dotenv(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("1\n")
    reading = Environment({"PORT_FILE": str(file)}, {"PORT": "2"}).read(NAMES)
    assert reading.values == {"PORT": "1"}
    assert reading.sources == {"PORT": "PORT_FILE"}


def test_file_keeps_all_but_its_last_line_end(tmp_path: Path) -> None:
    file = tmp_path / "release"
    file.write_bytes(b" a\nb \r\n")
    reading = Environment({"RELEASE_FILE": str(file)}, {}).read(NAMES)
    assert reading.values == {"RELEASE": " a\nb "}


@pytest.mark.parametrize("place", ["process", "dotenv"])
def test_name_and_file_together_are_refused(place: str) -> None:
    places = {"process": {}, "dotenv": {}, place: {"PORT": "1", "PORT_FILE": "/x"}}
    reading = Environment(**places).read(NAMES)
    assert reading.mistakes == {"PORT": "PORT and PORT_FILE must not both be set"}
    assert not reading.values


@pytest.mark.parametrize("variable", ["PORT", "PORT_FILE"])
@pytest.mark.parametrize("text", ["", " "])
def test_empty_variable_is_set_and_refused(variable: str, text: str) -> None:
    reading = Environment({variable: text}, {"PORT": "2"}).read(NAMES)
    assert reading.mistakes == {"PORT": f"{variable} must not be empty"}


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        (None, "must name a readable file of UTF-8 text"),
        (b"\xff", "must name a readable file of UTF-8 text"),
        (b"\n", "must not name an empty file"),
    ],
    ids=["missing", "not text", "empty"],
)
def test_unusable_file_is_refused_by_the_variables_name(
    tmp_path: Path, content: bytes | None, phrase: str
) -> None:
    file = tmp_path / "port"
    if content is not None:
        file.write_bytes(content)
    reading = Environment({"PORT_FILE": str(file)}, {}).read(NAMES)
    assert reading.mistakes == {"PORT": f"PORT_FILE {phrase}"}


def test_folder_is_no_file_of_a_setting(tmp_path: Path) -> None:
    assert "PORT" in Environment({"PORT_FILE": str(tmp_path)}, {}).read(NAMES).mistakes


@pytest.mark.parametrize("text", ["1", "true", "on", "No way"])
def test_switch_that_must_be_off_is_refused(text: str) -> None:
    reading = Environment({}, {"FLASK_DEBUG": text}).read(NAMES, ["FLASK_DEBUG"])
    assert list(reading.mistakes.values()) == ["FLASK_DEBUG must not be switched on here"]


@pytest.mark.parametrize("text", ["", "0", "false", "No"])
def test_switch_that_is_off_is_no_mistake(text: str) -> None:
    assert not Environment({"FLASK_DEBUG": text}, {}).read(NAMES, ["FLASK_DEBUG"]).mistakes


def test_misspelt_setting_in_dotenv_is_refused() -> None:
    reading = Environment({"RELEASES": "1"}, {"RELAESE": "1", "COMPOSE_FILE": "x"}).read(NAMES)
    assert list(reading.mistakes.values()) == [
        "RELAESE in .env must be a setting: RELEASE is the nearest"
    ]


@pytest.mark.parametrize("variable", ["PORT", "PORT_FILE"])
def test_environment_holds_what_is_set_in_any_way(variable: str) -> None:
    assert Environment({variable: ""}, {}).holds("PORT")
    assert Environment({}, {variable: ""}).holds("PORT")
    assert not Environment({variable: ""}, {}).holds("RELEASE")


def test_dotenv_is_read_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "dotenv"
    file.write_text('A="one\\ntwo"\nB=$HOME\nC\n')
    monkeypatch.setenv("DOTENV", str(file))
    assert Environment.load().dotenv == {"A": "one\ntwo", "B": "$HOME", "C": ""}


def test_variables_copied_from_dotenv_still_belong_to_dotenv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dotenv"
    file.write_text("PORT=1\n")
    (tmp_path / "port").write_text("2")
    monkeypatch.setenv("DOTENV", str(file))
    monkeypatch.setenv("PORT", "1")
    monkeypatch.setenv("PORT_FILE", str(tmp_path / "port"))
    reading = Environment.load().read(NAMES)
    assert reading.values["PORT"] == "2"
    assert "PORT" not in reading.mistakes


@pytest.mark.parametrize(
    "content",
    [
        "KEY=a".encode("utf-16"),
        "KEY=a".encode("utf-16-le"),
        "KEY=한글".encode("cp949"),
        None,
    ],
    ids=["UTF-16", "UTF-16 without a mark", "CP949", "not there"],
)
def test_file_of_settings_that_cannot_be_read_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    file = tmp_path / "dotenv"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("DOTENV", str(file))
    with pytest.raises(ConfigurationError) as refused:
        Environment.load()
    assert refused.value.lines == ("DOTENV must name a readable file of UTF-8 text",)


def test_project_without_a_dotenv_file_is_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOTENV", raising=False)
    monkeypatch.setattr("config.environment.PROJECT", tmp_path)
    assert not Environment.load().dotenv
    (tmp_path / ".env").mkdir()
    with pytest.raises(ConfigurationError, match=r"^\.env must be a readable file of UTF-8 text$"):
        Environment.load()


def test_byte_order_mark_is_no_part_of_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dotenv"
    file.write_bytes("PORT=1\n".encode("utf-8-sig"))
    monkeypatch.setenv("DOTENV", str(file))
    assert Environment.load().dotenv == {"PORT": "1"}


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o604, 0o602, 0o660])
def test_dotenv_file_that_others_may_read_or_write_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    file = tmp_path / "dotenv"
    file.touch()
    file.chmod(mode)
    monkeypatch.setenv("DOTENV", str(file))
    assert Environment.load().exposed == (file if mode & 0o077 else None)
