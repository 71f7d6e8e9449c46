"""The READMEs are right about settings, commands and paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from pydantic_core import PydanticUndefined

from app import create_app
from config import Development, Production
from config.environment import PROJECT
from config.testing import Testing
#: if cookiecutter.uploads
from dev.object_store import SETTINGS as STORE
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config import Base

# The words of a table: a setting without a default, one that is empty, and a URI that `make run`
# makes up as it starts what is embedded.
WORDS = {
    "README.md": ("required", "unset", "embedded"),
    "README.ko.md": ("필수", "없음", "내장"),
}
READMES = sorted(WORDS)
EMBEDDED = {
    "MONGODB_URI",
    #: if cookiecutter.uploads
    *STORE,
    #: endif
    #: if cookiecutter.task_queue
    "BROKER_URI",
    #: endif
}
SETTING_ROW = re.compile(r"\| `([A-Z0-9_]+)` \| (.+?) \| (.+?) \| (.+?) \|")
TARGETS = re.compile(r"make ((?:[a-z]+)(?: [a-z]+)*)")
FLASK_COMMAND = re.compile(r"`flask ([a-z]+(?: [a-z-]+)*)`")


@pytest.fixture(params=READMES)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a README, one after the other."""
    return str(request.param)


@pytest.fixture
def text(name: str) -> str:
    """Return a README's text."""
    return (PROJECT / name).read_text(encoding="utf-8")


def read_rows(text: str) -> dict[str, tuple[str, str, str]]:
    """Return production's default, development's default and the meaning, by setting."""
    rows = (SETTING_ROW.fullmatch(line) for line in text.splitlines())
    return {row[1]: (row[2], row[3], row[4]) for row in rows if row}


def show_default(settings: type[Base], setting: str, words: tuple[str, str, str]) -> str:
    """Return a default as the table has it."""
    required, unset, embedded = words
    if settings is Development and setting in EMBEDDED:
        return embedded
    default: Any = settings.model_fields[setting].default
    if default is PydanticUndefined:
        return required
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        default = ",".join(default)
    return unset if default in {None, ""} else f"`{default}`"


def test_the_table_has_every_setting_and_no_other(text: str) -> None:
    assert sorted(read_rows(text)) == sorted(Production.model_fields)


@pytest.mark.parametrize(
    ("settings", "column"), [(Production, 0), (Development, 1)], ids=["production", "development"]
)
def test_the_table_has_every_default(
    name: str, text: str, settings: type[Base], column: int
) -> None:
    told = {setting: cells[column] for setting, cells in read_rows(text).items()}
    assert told == {
        setting: show_default(settings, setting, WORDS[name]) for setting in settings.model_fields
    }


def test_the_english_table_says_what_the_code_says() -> None:
    rows = read_rows((PROJECT / "README.md").read_text(encoding="utf-8"))
    assert {setting: cells[2] for setting, cells in rows.items()} == {
        setting: field.description for setting, field in Production.model_fields.items()
    }


def test_the_korean_table_gives_every_meaning_in_korean() -> None:
    rows = read_rows((PROJECT / "README.ko.md").read_text(encoding="utf-8"))
    assert [name for name, cells in rows.items() if not re.search("[가-힣]", cells[2])] == []


def test_every_make_target_that_is_named_exists(text: str) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    spans = re.findall(r"`[^`\n]+`|^make .+$", text, re.MULTILINE)
    named = {
        target for span in spans for targets in TARGETS.findall(span) for target in targets.split()
    }
    assert named >= {"run", "test", "checklist", "serve"}
    assert named <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_every_flask_command_that_is_named_exists(text: str) -> None:
    runner = create_app(Testing()).test_cli_runner()
    named = set(FLASK_COMMAND.findall(text))
    assert "indexes ensure" in named
    assert [
        command
        for command in sorted(named)
        if runner.invoke(args=[*command.split(), "--help"]).exit_code != 0
    ] == []


def names_of(commands: dict[str, Any]) -> Iterator[str]:
    """Yield the name of each command, behind the names of its groups."""
    for name, command in commands.items():
        if within := getattr(command, "commands", None):
            yield from (f"{name} {inner}" for inner in names_of(within))
        else:
            yield name


def test_every_command_of_this_app_is_named(text: str) -> None:
    commands: Any = create_app(Testing()).cli.commands
    own = {*names_of(commands)}
    assert own <= set(FLASK_COMMAND.findall(text))


def test_every_path_of_the_layout_exists(text: str) -> None:
    paths = re.findall(r"`((?:app|config|dev|tests)/[\w./]*|[\w.]+\.(?:py|md|toml))`", text)
    # These come to be: by the steps that the text explains, and by a run.
    made = {"CHECKLIST.md", *(path for path in paths if "books/" in path)}
    assert [path for path in paths if path not in made and not (PROJECT / path).exists()] == []


def test_every_link_of_a_readme_leads_somewhere(text: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert links
    assert [link for link in links if "://" not in link and not (PROJECT / link).exists()] == []


def test_both_readmes_have_the_same_headings_and_examples() -> None:
    english, korean = ((PROJECT / name).read_text(encoding="utf-8") for name in WORDS)
    for pattern in (r"^(#+) ", r"^```(\w*)$", r"^<!-- (.+) -->$"):
        found = re.findall(pattern, english, re.MULTILINE)
        assert found == re.findall(pattern, korean, re.MULTILINE)


def test_no_line_tag_is_left_in_a_readme(text: str) -> None:
    assert re.findall(r"^\s*#: .*", text, re.MULTILINE) == []
