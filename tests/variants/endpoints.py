"""Follow what url_for() is asked for, and say with which answers it is not there."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.variants.conditions import ALWAYS, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.variants.conditions import When
    from tests.variants.template import Template

NAMING = {"Blueprint", "as_view", "add_url_rule"}


def find_lost_endpoints(template: Template) -> Iterator[str]:
    """Yield each endpoint that is asked for and that no blueprint or view has."""
    parts: dict[str, list[When]] = defaultdict(list, {"static": [ALWAYS]})
    for path in template.python:
        for node in template.nodes(path):
            if isinstance(node, ast.FunctionDef):
                parts[node.name].append(template.when(path, node))
        for called, node, names in calls_of(template, path):
            for name in names if called in NAMING else ():
                parts[name].append(template.when(path, node))
    for path in template.python:
        for called, node, names in calls_of(template, path):
            asked = names[0].strip(".").split(".") if called == "url_for" and names else []
            for part in asked:
                answers = template.choices.lack(template.when(path, node), parts.get(part, ()))
                if answers is not None:
                    yield (
                        f"{path}:{node.lineno} asks for the endpoint {names[0]}, "
                        f"which is not there with {show(answers)}"
                    )


def calls_of(template: Template, path: str) -> Iterator[tuple[str, ast.Call, list[str]]]:
    """Yield each call with the last part of its function's name, and the texts it passes."""
    for node in template.nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            texts = [str(each.value) for each in node.args if isinstance(each, ast.Constant)]
            yield called, node, texts
