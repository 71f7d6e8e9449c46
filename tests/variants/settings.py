"""Compare the settings that are declared with those that are read, documented and made."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from flask import Flask

from tests.variants.conditions import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from local_extensions.manifest import Secret
    from tests.variants.conditions import When
    from tests.variants.template import Line, Template

NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
ROW = re.compile(r"\| `([A-Z][A-Z0-9_]*)` \|(?: [^|]* \|){3}")
EXAMPLE = re.compile(r"(?:# )?([A-Z][A-Z0-9_]+)=")
DOCUMENTS = {"README.md": ROW, "README.ko.md": ROW, ".env.example": EXAMPLE}
# Settings that Flask-JWT-Extended reads from the app's configuration by itself.
READ_BY_LIBRARIES = r"JWT_(?:ALGORITHM|AUDIENCE|ISSUER|SECRET_KEY|PRIVATE_KEY)"
# What a class declares of itself rather than of the environment.
TESTS_OWN = "config/testing.py"
OWN_OF_FLASK = frozenset(Flask("any").config)


def declared_in(template: Template) -> dict[str, list[When]]:
    """Return when each setting is declared, as a field of a class in config/."""
    return _fields(template, is_setting=True)


def _fields(template: Template, *, is_setting: bool) -> dict[str, list[When]]:
    found: dict[str, list[When]] = defaultdict(list)
    for path in template.python:
        if not path.startswith("config/") or (is_setting and path == TESTS_OWN):
            continue
        for owner in template.nodes(path):
            for node in owner.body if isinstance(owner, ast.ClassDef) else ():
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    is_own = "ClassVar" in ast.unparse(node.annotation)
                    if NAME.fullmatch(node.target.id) and not (is_setting and is_own):
                        found[node.target.id].append(template.when(path, node))
    return found


def reads_of(template: Template) -> Iterator[tuple[str, str, When]]:
    """Yield each read of a setting: its name, where and when."""
    for path in template.python:
        for node in template.nodes(path):
            place = f"{path}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Attribute) and is_settings(node.value):
                if NAME.fullmatch(node.attr):
                    yield node.attr, place, template.when(path, node)
            elif (name := name_in_validation(node) or name_in_config(node)) and is_read(node):
                yield name, place, template.when(path, node)


def is_read(node: ast.AST) -> bool:
    """Tell whether *node* is neither set nor deleted."""
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def name_in_validation(node: ast.AST) -> str | None:
    """Return the setting that a rule of another one asks for, as in info.data.get("NAME")."""
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        is_asked = isinstance(node.func, ast.Attribute) and node.func.attr == "get"
        if is_asked and ends_with(node.func.value, "data"):
            name = str(node.args[0].value)
            return name if NAME.fullmatch(name) else None
    return None


def is_settings(node: ast.expr) -> bool:
    """Tell whether *node* is the object that holds the settings."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return bool(node.slice.value == "settings")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # As in app_settings.of(app).NAME.
        return ends_with(node.func.value, "app_settings")
    return ends_with(node, "settings")


def name_in_config(node: ast.AST) -> str | None:
    """Return the name that *node* looks up in a Flask configuration, or None."""
    if isinstance(node, ast.Subscript) and ends_with(node.value, "config"):
        return str(node.slice.value) if isinstance(node.slice, ast.Constant) else None
    return None


def ends_with(node: ast.expr, name: str) -> bool:
    """Tell whether the last part of *node* is *name*."""
    return name == (node.id if isinstance(node, ast.Name) else getattr(node, "attr", None))


def find_undeclared(template: Template) -> Iterator[str]:
    """Yield each setting that is read and not declared."""
    declared = _fields(template, is_setting=False)
    for path in template.python:
        for node in template.nodes(path):
            if (name := name_in_config(node)) and isinstance(node.ctx, ast.Store):
                declared[name].append(template.when(path, node))
    for name, place, when in reads_of(template):
        # A test looks at what libraries made of the settings, under names of their own.
        if name not in declared and (name in OWN_OF_FLASK or place.startswith("tests/")):
            continue
        if (answers := template.choices.lack(when, declared.get(name, ()))) is not None:
            yield f"{place} reads {name}, which config/ does not declare with {show(answers)}"


def find_undocumented(template: Template) -> Iterator[str]:
    """Yield each setting that a document lacks, and each that it has too many."""
    declared = declared_in(template)
    for document, row in DOCUMENTS.items():
        told: dict[str, list[Line]] = defaultdict(list)
        for line in template.lines(document):
            if found := row.match(line.text):
                told[found[1]].append(line)
        for name, ways in declared.items():
            lines = [line.when for line in told[name]]
            for when in ways:
                if (answers := template.choices.lack(when, lines)) is not None:
                    yield f"{document} does not tell of {name} with {show(answers)}"
        for name, lines in told.items():
            for line in lines:
                answers = template.choices.lack(line.when, declared.get(name, ()))
                if answers is not None:
                    yield f"{line.place} tells of {name}, which is no setting with {show(answers)}"


def find_unread(template: Template) -> Iterator[str]:
    """Yield each setting that changes nothing."""
    users: dict[str, list[When]] = defaultdict(list)
    for name, _, when in reads_of(template):
        users[name].append(when)
    for path in template.python:
        if not path.startswith(("tests/", "config/")):
            for node in template.nodes(path):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    users[node.value].append(template.when(path, node))
    for name, ways in declared_in(template).items():
        for when in ways:
            answers = template.choices.lack(when, users.get(name, ()))
            if answers is not None and not re.fullmatch(READ_BY_LIBRARIES, name):
                yield f"the setting {name} is read by nothing with {show(answers)}"


def find_named(template: Template, exempt: Iterable[str] = ()) -> Iterator[str]:
    """Yield each line that names a setting which is not there; only some answers declare it."""
    some = {name: ways for name, ways in declared_in(template).items()
            if all(when.names for when in ways)}  # fmt: skip
    if not some:
        return
    word = re.compile(rf"(?<![A-Za-z0-9_])({'|'.join(some)})(?:_FILE)?(?![A-Za-z0-9_])")
    for path in template.sources:
        for line in template.lines(path) if path not in exempt else ():
            for name in word.findall(line.text):
                if (answers := template.choices.lack(line.when, some[name])) is not None:
                    yield f"{line.place} names {name}, which is no setting with {show(answers)}"


def find_unmade(template: Template, secrets: Iterable[Secret]) -> Iterator[str]:
    """Yield each secret that the hook makes for nothing, as no setting has its name."""
    declared = declared_in(template)
    for secret in secrets:
        when = template.choices.where(
            [secret.answer] if secret.answer else [],
            lambda row, wanted=secret: not row or row[wanted.answer] in wanted.made_with,
        )
        if (answers := template.choices.lack(when, declared.get(secret.name, ()))) is not None:
            yield f"the hook makes {secret.name}, which is no setting with {show(answers)}"
