"""What READMEs and AGENTS.md say of commands and paths is right; dev/docs.py writes settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app import create_app, decorators
from config.environment import PROJECT
from config.testing import Testing

if TYPE_CHECKING:
    from collections.abc import Iterator

# Whoever does not want one of them deletes it.
TEXTS = [name for name in ("README.md", "README.ko.md", "AGENTS.md") if (PROJECT / name).exists()]
READMES = [name for name in TEXTS if name.startswith("README")]
TARGETS = re.compile(r"make ([a-z-]+(?: [a-z-]+)*)")
FLASK_COMMAND = re.compile(r"`flask ([a-z]+(?: [a-z-]+)*)`")


@pytest.fixture(params=READMES)
def readme(request: pytest.FixtureRequest) -> str:
    """Return the text of a README, one after the other."""
    return (PROJECT / request.param).read_text(encoding="utf-8")


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    """Return the text of a README or of AGENTS.md."""
    return (PROJECT / request.param).read_text(encoding="utf-8")


def test_every_make_target_that_is_named_exists(text: str) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    spans = re.findall(r"`[^`\n]+`|^make .+$", text, re.MULTILINE)
    named = {
        target for span in spans for targets in TARGETS.findall(span) for target in targets.split()
    }
    assert named >= {"run", "test", "test-all", "checklist"}
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_every_flask_command_that_is_named_exists(text: str) -> None:
    runner = create_app(Testing()).test_cli_runner()
    named = set(FLASK_COMMAND.findall(text))
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


def test_every_command_of_this_app_is_named(readme: str) -> None:
    commands: Any = create_app(Testing()).cli.commands
    own = {*names_of(commands)}
    assert own <= set(FLASK_COMMAND.findall(readme))


def test_every_path_of_the_layout_exists(text: str) -> None:
    paths = re.findall(r"`((?:app|config|dev|tests)/[\w./]*|[\w.]+\.(?:py|md|toml))`", text)
    # These come to be: by the steps that the text explains, and by a run. The Korean README may go.
    made = {"CHECKLIST.md", "README.ko.md", *(path for path in paths if "books/" in path)}
    assert [path for path in paths if path not in made and not (PROJECT / path).exists()] == []


def test_every_name_is_in_the_file_that_is_said_of_it(text: str) -> None:
    named = re.findall(r"`(\w+)` (?:of|in)\s`([\w/]+\.py)`", text)
    sources = {path: (PROJECT / path).read_text(encoding="utf-8") for _, path in named}
    assert [
        f"{name} of {path}"
        for name, path in named
        if not re.search(rf"^(?:def |class )?{name}\b", sources[path], re.MULTILINE)
    ] == []


def test_every_decorator_that_is_named_exists(text: str) -> None:
    named = set(re.findall(r"`@(\w+)", text))
    assert "requires" in named
    assert [name for name in sorted(named) if not hasattr(decorators, name)] == []


def test_every_link_leads_somewhere(text: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert links
    # Whoever needs only one language deletes the other README.
    here = [link for link in links if "://" not in link and not link.startswith("README")]
    assert [link for link in here if not (PROJECT / link).exists()] == []


def test_readme_has_the_headings_and_examples_of_the_english_one(readme: str) -> None:
    english = (PROJECT / "README.md").read_text(encoding="utf-8")
    for pattern in (r"^(#+) ", r"^```(\w*)$", r"^<!-- (.+) -->$"):
        found = re.findall(pattern, english, re.MULTILINE)
        assert found == re.findall(pattern, readme, re.MULTILINE)


def test_no_line_tag_is_left(text: str) -> None:
    assert re.findall(r"^\s*#: .*", text, re.MULTILINE) == []
