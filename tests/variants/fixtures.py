"""Follow what tests want of fixtures, and say with which answers it is not there."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.variants.conditions import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.variants.conditions import When
    from tests.variants.template import Template

Fixtures = dict[str, list["When"]]


def find_lost_fixtures(template: Template) -> Iterator[str]:
    """Yield each fixture that a test asks for and some answers take away."""
    tests = [path for path in template.python if path.startswith("tests/")]
    own = {path: fixtures_of(template, path) for path in tests}
    shared: Fixtures = defaultdict(list)
    for path, fixtures in own.items():
        for name, ways in fixtures.items() if not is_of_tests(path) else ():
            shared[name] += ways
    for path in tests:
        for argument in arguments_of(template, path):
            ways = [*shared.get(argument.arg, ()), *own[path].get(argument.arg, ())]
            # What nobody here makes is pytest's own, or a plugin's.
            answers = template.choices.lack(template.when(path, argument), ways) if ways else None
            if answers is not None:
                yield (
                    f"{path}:{argument.lineno} asks for the fixture {argument.arg}, "
                    f"which is not there with {show(answers)}"
                )


def is_of_tests(path: str) -> bool:
    """Tell whether a module holds tests: its fixtures are its own."""
    return path.rpartition("/")[2].startswith("test_")


def fixtures_of(template: Template, path: str) -> Fixtures:
    """Return when each fixture of a module is there."""
    found: Fixtures = defaultdict(list)
    for function in functions_of(template, path):
        if name := name_of_fixture(function):
            found[name].append(template.when(path, function))
    return found


def arguments_of(template: Template, path: str) -> Iterator[ast.arg]:
    """Yield each argument that pytest is to fill with a fixture."""
    for function in functions_of(template, path):
        if name_of_fixture(function) or function.name.startswith("test_"):
            given = arguments_given_to(function)
            for argument in (*function.args.posonlyargs, *function.args.args):
                if argument.arg not in given:
                    yield argument


def functions_of(template: Template, path: str) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a source, methods included."""
    yield from (each for each in template.nodes(path) if isinstance(each, ast.FunctionDef))


def name_of_fixture(function: ast.FunctionDef) -> str | None:
    """Return what tests call a fixture, or None where *function* is none."""
    for each in function.decorator_list:
        call = each.func if isinstance(each, ast.Call) else each
        if ast.unparse(call) == "pytest.fixture":
            named = {word.arg: word.value for word in getattr(each, "keywords", ())}
            is_named = isinstance(named.get("name"), ast.Constant)
            return str(named["name"].value) if is_named else function.name
    return None


def arguments_given_to(function: ast.FunctionDef) -> set[str]:
    """Return the arguments that are no fixtures: of tables, and with defaults."""
    given = {"self", "request"}
    for each in function.decorator_list:
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.parametrize":
            names = ast.literal_eval(each.args[0])
            given |= set(names if isinstance(names, tuple | list) else re.split(r",\s*", names))
    count = len(function.args.defaults)
    given |= {argument.arg for argument in function.args.args[-count:]} if count else set()
    return given
