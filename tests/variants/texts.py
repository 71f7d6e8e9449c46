"""What holds for every text, whichever answers gave it."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import yaml

from tests.variants.conditions import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.variants.projection import Text
    from tests.variants.template import Template

# Jinja of the project's own: its pages and its letters.
TEMPLATES = ("app/oauth/templates/", "app/mail/templates/")
LEFT = re.compile(r"cookiecutter\.|\{%|%\}|\{\{ ?cookiecutter|^[ \t]*#: ", re.MULTILINE)
# Three line ends in a row; Python has two blank lines between functions, and a formatter to say so.
HOLE = re.compile(r"\n\n\n")
# The line before it is found afterwards: with `.*` each letter of each line would begin a search.
BLANK_END = re.compile(r"[ \t]$", re.MULTILINE)
FENCED = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
TABLE_HEAD = re.compile(r"\|(?: :?-+:? \|)+")


def faults_of(text: Text) -> Iterator[str]:
    """Yield one line for each fault of *text*."""
    for fault in (*find_untidy(text.text, text.path), *find_unreadable(text.text, text.path)):
        yield f"{text.path}: {fault}, with {show(text.answers)}"


def find_untidy(text: str, path: str) -> Iterator[str]:
    """Yield what seams and tags have left in *text*."""
    if not path.startswith(TEMPLATES) and (found := LEFT.search(text)):
        yield f"Jinja is left: {found[0].strip()}"
    if "\r" in text:
        yield "has line ends of Windows"
    if text and not text.endswith("\n"):
        yield "has no final newline"
    if text.endswith("\n\n") or text.startswith("\n"):
        yield "begins or ends with a blank line"
    if found := BLANK_END.search(text):
        line = text[text.rfind("\n", 0, found.start()) + 1 : found.end()]
        yield f"has spaces at the end of a line: {line!r}"
    if not path.endswith(".py") and (found := HOLE.search(text)):
        yield f"has two blank lines after line {text.count(chr(10), 0, found.start()) + 1}"


def find_unreadable(text: str, path: str) -> Iterator[str]:
    """Yield what those cannot read that *text* is for."""
    suffix = path.rpartition(".")[2]
    try:
        READERS.get(suffix, len)(text)
    except (SyntaxError, ValueError, yaml.YAMLError, ET.ParseError) as error:
        yield f"{type(error).__name__}: {' '.join(str(error).split())}"
    if suffix == "md":
        yield from find_untidy_markdown(text)


def read_python(text: str) -> None:
    """Compile *text*, which finds more than parsing does."""
    compile(text, "text", "exec", dont_inherit=True)


class UniqueKeys(yaml.SafeLoader):
    """A reader that refuses what YAML forbids and PyYAML takes: a key that is there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False):  # noqa: FBT001, FBT002, D102 # PyYAML's.
        keys = [str(key.value) for key, _ in node.value]
        if len(keys) > len(set(keys)):
            raise ValueError(f"a key is there twice in {keys}")
        return super().construct_mapping(node, deep)


def read_yaml(text: str) -> None:
    """Read every document; tags of a tool's own are none of ours."""
    list(yaml.load_all(text, UniqueKeys))  # A SafeLoader.


READERS: dict[str, Callable[[str], object]] = {
    "py": read_python,
    "toml": tomllib.loads,
    "yml": read_yaml,
    "yaml": read_yaml,
    "json": json.loads,
    "svg": ET.fromstring,
    "xml": ET.fromstring,
}


def find_untidy_markdown(text: str) -> Iterator[str]:
    """Yield tables without a head, and headings that stand too close to something."""
    prose = FENCED.sub("", text)
    for block in re.split(r"\n\n+", prose.strip("\n")):
        rows = block.split("\n")
        is_row = [row.startswith("|") and row.endswith("|") for row in rows]
        if any(is_row) and not (all(is_row) and len(rows) > 2 and TABLE_HEAD.fullmatch(rows[1])):
            yield f"has a table without a head or not apart: {rows[0]!r}"
        if len(rows) > 1 and any(re.match(r"#+ ", row) for row in rows):
            yield f"has a heading that does not stand apart: {rows[0]!r}"
        if any(is_row) and len({row.replace(r"\|", "").count("|") for row in rows}) > 1:
            yield f"has a table with rows of different widths: {rows[0]!r}"


def find_untidy_sources(template: Template) -> Iterator[str]:
    """Yield what rendering would hide: cookiecutter writes a file with its source's line ends."""
    for path, source in template.sources.items():
        if "\r" in source:
            yield f"{path} has line ends of Windows"
        if source.startswith("\ufeff"):
            yield f"{path} begins with a byte order mark"


def find_dead_lines(template: Template, path: str) -> Iterator[str]:
    """Yield each place that no answers ever write: they ask for a value that does not exist."""
    before = None
    for number, when in enumerate(template.tags(path), 1):
        if when is not None and when != before and not when.rows:
            yield f"{path}:{number} is in no variant: no answer says so"
        before = when


def find_empty_files(template: Template, path: str, texts: list[Text]) -> Iterator[str]:
    """Yield a file that is empty with some answers: the manifest should leave it out there."""
    if template.sources[path]:
        for text in texts:
            if not text.text.strip():
                yield f"{path} is empty with {show(text.answers)}: name its owner in the manifest"
