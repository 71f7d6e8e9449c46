"""Read which answers a source asks for, and what a text becomes once they are given."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from jinja2 import DictLoader, nodes
from jinja2 import Template as JinjaTemplate

from local_extensions.answers import CHOICES, YES_NO
from tests.rendering import complete, make_environment
from tests.variants.conditions import ALWAYS, Choices, When

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLOSED: dict[str, tuple[Any, ...]] = {**CHOICES, **dict.fromkeys(YES_NO, (True, False))}


class UnclearError(Exception):
    """Raised when a source cannot be read as one with line tags and values."""


class Questions:
    """Sources by path, the closed answers they may ask for, and cookiecutter's own context."""

    def __init__(
        self,
        sources: Mapping[str, str],
        closed: Mapping[str, Sequence[Any]],
        context: Mapping[str, Any],
    ) -> None:
        self.sources = dict(sources)
        self.choices = Choices(closed)
        self.context = context
        self.environment = make_environment(DictLoader(self.sources))
        self.free = {name: value for name, value in complete({}).items() if name not in closed}
        self.cache: dict[Any, Any] = {}

    def is_copied(self, path: str) -> bool:
        """Tell whether cookiecutter copies the file as it is."""
        patterns = self.context.get("_copy_without_render", ())
        return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)

    def answers_in(self, tree: nodes.Template) -> set[str]:
        """Return every answer that a parsed source mentions, wherever Jinja may find it."""
        named = {node.attr for node in tree.find_all(nodes.Getattr) if is_context(node.node)}
        for node in tree.find_all(nodes.Getitem):
            if is_context(node.node):
                named.add(node.arg.as_const())
        members = sum(1 for node in tree.find_all((nodes.Getattr, nodes.Getitem))
                      if is_context(node.node))  # fmt: skip
        if members < sum(1 for node in tree.find_all(nodes.Name) if is_context(node)):
            named |= {name for name in self.context if not name.startswith("_")}
        for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
            named |= self.mentioned(node.template.as_const())
        derived = {name for name in named if name.startswith("_")}
        for name in derived:
            named |= self.answers_in(self.environment.parse(self.context[name], name))
        return named - derived

    def mentioned(self, path: str) -> set[str]:
        """Return every answer, closed or free, that the source at *path* mentions."""
        if self.is_copied(path):
            return set()
        if ("mentioned", path) not in self.cache:
            tree = self.environment.parse(self.sources[path], path)
            self.cache["mentioned", path] = self.answers_in(tree)
        return self.cache["mentioned", path]

    def decided_by(self, path: str) -> tuple[str, ...]:
        """Return the closed answers that decide over the text at *path*, in their order."""
        return tuple(name for name in self.choices.values if name in self.mentioned(path))

    def test(self, expression: str) -> When:
        """Return when the *expression* of a tag is true."""
        if ("test", expression) not in self.cache:
            names = self.answers_in(self.environment.parse("{{ " + expression + " }}", "tag"))
            if unclear := sorted(names - set(self.choices.values)):
                raise UnclearError(
                    f"a tag asks for {', '.join(unclear)}, which has no fixed choices: {expression}"
                )
            run = self.environment.compile_expression(expression, undefined_to_none=False)
            self.cache["test", expression] = self.choices.where(
                names, lambda row: run(cookiecutter=self.complete(row))
            )
        return self.cache["test", expression]

    def otherwise(self, before: list[When], expression: str | None) -> When:
        """Return when none of the branches *before* is taken and *expression* is true."""
        last = self.test(expression) if expression else ALWAYS
        names = {name for each in (*before, last) for name in each.names}
        return self.choices.where(
            names, lambda row: last.holds(row) and not any(each.holds(row) for each in before)
        )

    def complete(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return *answers*, with some value for each that is not decided, as sources see them."""
        full = {name: values[0] for name, values in self.choices.values.items()}
        full |= self.free | dict(answers)
        for name, source in self.context.items():
            if name.startswith("__") and isinstance(source, str) and name != "__checked":
                full[name] = self.compiled(source, name).render(cookiecutter=full)
        return full

    def compiled(self, source: str, path: str) -> JinjaTemplate:
        """Return what Jinja makes of a *source*, once: compiling takes longer than rendering."""
        if ("compiled", source) not in self.cache:
            code = self.environment.compile(source, path)
            self.cache["compiled", source] = JinjaTemplate.from_code(self.environment, code, {})
        return self.cache["compiled", source]

    def fill_in(self, source: str, path: str, answers: Mapping[str, Any]) -> str:
        """Return the text that *source*, which stands at *path*, becomes with *answers*."""
        return self.compiled(source, path).render(cookiecutter=self.complete(answers))

    def render(self, path: str, answers: Mapping[str, Any]) -> str:
        """Return the text at *path* in a project with *answers*."""
        if self.is_copied(path):
            return self.sources[path]
        return self.fill_in(self.sources[path], path, answers)


def is_context(node: nodes.Node) -> bool:
    """Tell whether *node* is what holds all answers."""
    return isinstance(node, nodes.Name) and node.name == "cookiecutter"
