"""Compare what a project imports with what it installs."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from functools import cache
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING, NamedTuple

from tests.variants.conditions import show
from tests.variants.imports import imports_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.variants.conditions import When
    from tests.variants.template import Template

# A distribution whose modules are another's own interface: whoever has that has these.
BROUGHT_ALONG = {
    "click": "flask",
    "itsdangerous": "flask",
    "jinja2": "flask",
    "pydantic-core": "pydantic",
}
# What is used without an import, and the line that uses it. Every other distribution is imported
# or named in a text.
USED_BY = {
    "coverage": r"^\[tool\.coverage",
    "email-validator": r"EmailStr",
    "pytest-cov": r"-m pytest --cov",
    "pytest-randomly": r"^  \"pytest-randomly",  # It is used by being there.
    "pytest-timeout": r"^timeout = ",
    "pytest-xdist": r"\"-n=",
}
ENTRY = re.compile(r"^\s*\"([A-Za-z0-9][A-Za-z0-9._-]*)")
ONLY_FOR_TYPES = {"_typeshed"}


class Declared(NamedTuple):
    """A distribution that pyproject.toml names, in which group, where and when."""

    name: str
    group: str
    place: str
    when: When


def canonical(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared_in(template: Template) -> list[Declared]:
    """Return every entry of the lists of dependencies."""
    found = []
    table = group = ""
    for line in template.lines("pyproject.toml"):
        if header := re.match(r"\[([\w.-]+)\]", line.text):
            table, group = header[1], ""
        if opened := re.match(r"([\w-]+) = \[", line.text):
            group = opened[1]
        is_list = table == "dependency-groups" or (table == "project" and group == "dependencies")
        if is_list and (entry := ENTRY.match(line.text)):
            found.append(Declared(canonical(entry[1]), group, line.place, line.when))
        if line.text.startswith("]"):
            group = ""
    return found


@cache
def installed() -> dict[str, list[str]]:
    """Return the distributions that bring each module along, as far as they are installed."""
    return {name: [canonical(each) for each in found]
            for name, found in packages_distributions().items()}  # fmt: skip


def owners_of(module: str) -> set[str]:
    """Return the distributions that may be meant by the import of *module*."""
    top = module.partition(".")[0]
    found = set(installed().get(top, ())) | {canonical(top)}
    return found | {BROUGHT_ALONG[name] for name in found & BROUGHT_ALONG.keys()}


def groups_for(path: str) -> set[str]:
    """Return the lists that a source may use."""
    own = {"tests": {"test"}, "dev": {"dev"}}.get(path.partition("/")[0], set())
    return {"dependencies", *own}


def is_foreign(template: Template, module: str) -> bool:
    """Tell whether *module* is neither Python's nor the project's."""
    top = module.partition(".")[0]
    own = {name.partition(".")[0] for name in (*template.modules, *template.folders)}
    return top not in own and top not in sys.stdlib_module_names and top not in ONLY_FOR_TYPES


def find_undeclared(template: Template) -> Iterator[str]:
    """Yield each import that a project does not install."""
    declared = declared_in(template)
    for path in template.python:
        for each in imports_of(template, path):
            if not is_foreign(template, each.module):
                continue
            wanted = owners_of(each.module)
            ways = [entry.when for entry in declared
                    if entry.name in wanted and entry.group in groups_for(path)]  # fmt: skip
            if (answers := template.choices.lack(each.when, ways)) is not None:
                yield (
                    f"{each.place} imports {each.module}, "
                    f"which pyproject.toml does not declare with {show(answers)}"
                )


def find_unused(template: Template) -> Iterator[str]:
    """Yield each dependency that a project installs and does not use."""
    users: dict[str, list[When]] = defaultdict(list)
    for path in template.python:
        for each in imports_of(template, path):
            for name in owners_of(each.module) if is_foreign(template, each.module) else ():
                for group in groups_for(path):
                    users[f"{group}:{name}"].append(each.when)
    for entry in declared_in(template):
        stubbed = entry.name.removeprefix("types-")
        ways = [when for group in (entry.group, *GROUPS.get(entry.group, ()))
                for when in users[f"{group}:{stubbed}"]]  # fmt: skip
        ways += lines_with(template, entry.name)
        if (answers := template.choices.lack(entry.when, ways)) is not None:
            yield f"{entry.place} declares {entry.name}, which nothing uses with {show(answers)}"


# Who develops types and lints what the other groups use.
GROUPS = {"lint": ("dependencies", "test", "dev"), "dev": ("test",)}


def lines_with(template: Template, name: str) -> list[When]:
    """Return when a line uses a distribution without importing it: as a program, or by a text."""
    modules = {name, *(module for module, found in installed().items() if name in found)}
    words = "|".join(re.escape(each).replace(r"\-", "[-_]") for each in modules)
    mark = re.compile(USED_BY.get(name, rf"[\"'](?:{words})[\"'./]|-m (?:{words})\b"))
    return [
        line.when
        for path in template.sources
        if name in USED_BY or not path.endswith((".md", "pyproject.toml"))
        for line in template.lines(path)
        if mark.search(line.text)
    ]
