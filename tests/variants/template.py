"""Read the sources of a template, and under which answers each of their lines is in a project."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from local_extensions.manifest import OWNERS, SHARED, UNFINISHED, Shared
from local_extensions.tags import LINE_TAG
from tests.rendering import CONTEXT, SOURCES, files_in, is_pruned
from tests.variants.conditions import ALWAYS, When
from tests.variants.questions import CLOSED, Questions, UnclearError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from local_extensions.manifest import Owner

# What may stand in a line tag.
TAG = re.compile(r"(?P<word>if|elif|else|endif)(?: (?P<test>[^{}%#]+))?")


class Line(NamedTuple):
    """A line of a rendered text: where its source stands, and when it is in a project."""

    path: str
    number: int
    text: str
    when: When

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.path}:{self.number}"


class Template(Questions):
    """The sources of a template by path, and what decides over them."""

    def __init__(
        self,
        sources: Mapping[str, str],
        owners: Sequence[Owner | Shared] = (),
        closed: Mapping[str, Sequence[Any]] = CLOSED,
        context: Mapping[str, Any] = CONTEXT,
    ) -> None:
        super().__init__(sources, closed, context)
        self.owners = tuple(owners)

    @classmethod
    def load(cls) -> Template:
        """Return the template of this repository."""
        paths = {path.relative_to(SOURCES).as_posix(): path for path in files_in(SOURCES)}
        finished = paths.keys() - set(UNFINISHED)
        return cls(
            {name: paths[name].read_bytes().decode("utf-8") for name in sorted(finished)},
            OWNERS + SHARED,
        )

    def kept(self, path: str) -> When:
        """Return when the file at *path* stays in a project."""
        if ("kept", path) not in self.cache:
            owners = [each for each in self.owners if is_pruned(path, set(each.paths))]
            self.cache["kept", path] = self.choices.meet(*map(self.wish_of, owners))
        return self.cache["kept", path]

    def wish_of(self, owner: Owner | Shared) -> When:
        """Return when *owner* keeps its files."""
        if isinstance(owner, Shared):
            return self.choices.where(
                [answer for answer, _ in owner.kept_by],
                lambda answers: any(answers[name] in values for name, values in owner.kept_by),
            )
        return When((owner.answer,), frozenset((value,) for value in owner.keeps_with))

    def lines(self, path: str) -> list[Line]:
        """Return each line that any text of *path* may have, in order."""
        if ("lines", path) not in self.cache:
            self.cache["lines", path] = list(self._read(path))
        return self.cache["lines", path]

    def _read(self, path: str) -> Iterator[Line]:
        rows = rows_of(self.sources[path])
        for number, (row, when) in enumerate(zip(rows, self.tags(path), strict=True), 1):
            if when is None:
                continue
            if self.is_copied(path) or "{{" not in row:
                yield Line(path, number, row, when)
                continue
            names = self.answers_in(self.environment.parse(row, path)) & set(self.choices.values)
            texts: dict[str, list[dict[str, Any]]] = {}
            for answers in self.choices.combine(sorted(names)):
                text = self.fill_in(row, path, answers)
                texts.setdefault(text, []).append(answers)
            for text, ways in texts.items():
                chosen = self.choices.where(names, ways.__contains__)
                yield Line(path, number, text, self.choices.meet(when, chosen))

    def whole(self, path: str) -> str:
        """Return all lines that any text of *path* may have, as one text to search."""
        if ("whole", path) not in self.cache:
            self.cache["whole", path] = "\n".join(line.text for line in self.lines(path))
        return str(self.cache["whole", path])

    def tags(self, path: str) -> list[When | None]:
        """Return when each line of a source is there, and None for those that are tags."""
        if ("tags", path) not in self.cache:
            self.cache["tags", path] = list(self._follow_tags(path))
        return self.cache["tags", path]

    def _follow_tags(self, path: str) -> Iterator[When | None]:
        whole = self.kept(path)
        stack: list[tuple[list[When], When]] = []
        for number, row in enumerate(rows_of(self.sources[path]), 1):
            tag = None if self.is_copied(path) else LINE_TAG.match(row)
            if not tag:
                yield self.choices.meet(whole, *(branch for _, branch in stack))
                continue
            word = TAG.fullmatch(tag[1].strip())
            if not word or (word["word"] != "if" and not stack):
                raise UnclearError(f"{path}:{number} is no tag that is known: {row.strip()}")
            if word["word"] == "if":
                stack.append(([], self.test(word["test"])))
            elif word["word"] == "endif":
                stack.pop()
            else:
                before = [*stack[-1][0], stack[-1][1]]
                stack[-1] = (before, self.otherwise(before, word["test"]))
            yield None

    # Python, which is valid before it is rendered.

    @cached_property
    def python(self) -> list[str]:
        """The path of every source in Python."""
        return [path for path in self.sources if path.endswith(".py")]

    @cached_property
    def modules(self) -> dict[str, str]:
        """Every module that can be imported: its path by its dotted name."""
        return {module_of(path): path for path in self.python if path.count(".") == 1}

    def tree(self, path: str) -> ast.Module:
        """Return the parsed source at *path*."""
        if ("tree", path) not in self.cache:
            self.cache["tree", path] = ast.parse(self.sources[path], path)
        return self.cache["tree", path]

    def nodes(self, path: str) -> list[Any]:
        """Return every node of the parsed source at *path*."""
        if ("nodes", path) not in self.cache:
            self.cache["nodes", path] = list(ast.walk(self.tree(path)))
        return self.cache["nodes", path]

    def when(self, path: str, node: ast.AST) -> When:
        """Return when *node* of the source at *path* is in a project."""
        return self.tags(path)[node.lineno - 1] or ALWAYS

    @cached_property
    def folders(self) -> dict[str, list[str]]:
        """Return the files below each folder, by folder."""
        found: dict[str, list[str]] = {}
        for path in self.sources:
            parts = path.split("/")
            for depth in range(1, len(parts)):
                found.setdefault("/".join(parts[:depth]), []).append(path)
        return found


def rows_of(text: str) -> list[str]:
    """Return the lines of *text*, as an editor numbers them."""
    rows = text.split("\n")
    return rows if rows[-1] else rows[:-1]


def module_of(path: str) -> str:
    """Return the dotted name of the module at *path*."""
    return re.sub(r"(^|/)__init__$", "", path.removesuffix(".py")).replace("/", ".")
