"""Follow what modules want of each other, and say with which answers it is not there."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from tests.variants.conditions import show
from tests.variants.template import module_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.variants.conditions import When
    from tests.variants.template import Template

# What starts a program, or the tests, and is imported by nothing else.
ENTRIES = {"wsgi", "worker", "config.testing"}


class Import(NamedTuple):
    """A module, or a name in it, that a source wants, what it calls it, and when."""

    path: str
    number: int
    module: str
    name: str | None
    called: str
    when: When

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.path}:{self.number}"


def imports_of(template: Template, path: str) -> list[Import]:
    """Return every import of the source at *path*, those in functions included."""
    if ("imports", path) not in template.cache:
        template.cache["imports", path] = list(_read_imports(template, path))
    return template.cache["imports", path]


def _read_imports(template: Template, path: str) -> Iterator[Import]:
    package = module_of(path).split(".")
    if not path.endswith("__init__.py"):
        package.pop()
    for node in template.nodes(path):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for alias in node.names:
            when, called = template.when(path, alias), alias.asname or alias.name
            if isinstance(node, ast.Import):
                called = alias.asname or alias.name.partition(".")[0]
                yield Import(path, alias.lineno, alias.name, None, called, when)
                continue
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield Import(path, alias.lineno, module, alias.name, called, when)


def bindings_of(template: Template, path: str) -> dict[str, list[When]]:
    """Return when each name of a module's top level is bound, in whatever branch."""
    if ("bindings", path) not in template.cache:
        found: dict[str, list[When]] = defaultdict(list)
        for name, node in _bind(template.tree(path).body):
            found[name].append(template.when(path, node))
        template.cache["bindings", path] = dict(found)
    return template.cache["bindings", path]


def _bind(body: list[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (((each.asname or each.name).partition(".")[0], each) for each in node.names)
        else:
            inner = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)]
            yield from _bind(inner)
            for handler in getattr(node, "handlers", ()):
                yield from _bind(handler.body)
            for each in ast.walk(node) if not inner else ():
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                    yield each.id, node


def ways_to(template: Template, module: str, name: str | None) -> list[When] | None:
    """Return when *name* of *module* can be imported, or None where that is not the template's."""
    modules, folders = template.modules, template.folders
    folder = module.replace(".", "/")
    if module.partition(".")[0] not in {each.partition(".")[0] for each in (*modules, *folders)}:
        return None
    path = modules.get(module)
    ways = []
    if name is None:
        return [template.kept(path)] if path else [*map(template.kept, folders.get(folder, ()))]
    if path:
        ways += bindings_of(template, path).get(name, [])
    if submodule := modules.get(f"{module}.{name}"):
        ways.append(template.kept(submodule))
    return ways


def find_lost_imports(template: Template) -> Iterator[str]:
    """Yield each import that some answers leave without what it wants."""
    for path in template.python:
        for each in imports_of(template, path):
            ways = ways_to(template, each.module, each.name)
            answers = None if ways is None else template.choices.lack(each.when, ways)
            if answers is not None:
                wanted = f"{each.module}.{each.name}" if each.name else each.module
                yield f"{each.place} imports {wanted}, which is not there with {show(answers)}"


def find_lost_attributes(template: Template) -> Iterator[str]:
    """Yield each name that is read from a module of the project and not bound there."""
    for path in template.python:
        called = {}
        for each in imports_of(template, path):
            whole = f"{each.module}.{each.name}" if each.name else each.module
            if whole in template.modules and "." not in each.called:
                called[each.called] = whole if each.name else each.called
        local = {node.id for node in template.nodes(path)
                 if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}  # fmt: skip
        local |= {node.arg for node in template.nodes(path) if isinstance(node, ast.arg)}
        for node in template.nodes(path):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            module = called.get(node.value.id)
            if module not in template.modules or node.value.id in local:
                continue
            if node.attr.startswith("__"):
                continue
            ways = ways_to(template, module, node.attr) or []
            answers = template.choices.lack(template.when(path, node), ways)
            if answers is not None:
                yield (
                    f"{path}:{node.lineno} reads {module}.{node.attr}, "
                    f"which is not there with {show(answers)}"
                )


def users_of_modules(template: Template) -> dict[str, list[When]]:
    """Return when each module is named by another, as an import or in a text."""
    users: dict[str, list[When]] = defaultdict(list)
    tops = {name.partition(".")[0] for name in template.modules}
    dotted = re.compile(rf"(?<![\w./])((?:{'|'.join(map(re.escape, sorted(tops)))})(?:\.\w+)+)")
    for path in template.sources:
        own = module_of(path) if path.endswith(".py") else None
        if own:
            for each in imports_of(template, path):
                for name in {each.module, f"{each.module}.{each.name}"} - {own}:
                    users[name].append(each.when)
        for line in template.lines(path):
            for name in dotted.findall(line.text):
                # A module, or what it holds, such as a blueprint.
                for each in {name, name.rpartition(".")[0]} - {own}:
                    users[each].append(line.when)
    return users


def find_unused_modules(template: Template) -> Iterator[str]:
    """Yield each module that is in a project although nothing there names it."""
    users = users_of_modules(template)
    for module, path in template.modules.items():
        is_test = path.startswith("tests/") and path.rpartition("/")[2].startswith(
            ("test_", "conf")
        )
        if is_test or path.endswith("__init__.py") or module in ENTRIES:
            continue
        answers = template.choices.lack(template.kept(path), users.get(module, ()))
        if answers is not None:
            yield f"{path} is used by nothing with {show(answers)}: it wants an owner, or a user"


def find_stray_tests(template: Template) -> Iterator[str]:
    """Yield each test that mirrors a module and is there without it."""
    for path in template.sources:
        folder, _, name = path.rpartition("/")
        if not (name.startswith("test_") and path.startswith("tests/")):
            continue
        own = f"{folder}/{name.removeprefix('test_')}".removeprefix("tests/")
        for mirrored in {own, f"app/{own}"} & template.sources.keys():
            answers = template.choices.lack(template.kept(path), [template.kept(mirrored)])
            if answers is not None:
                yield f"{path} stays without {mirrored} with {show(answers)}: they share an owner"
