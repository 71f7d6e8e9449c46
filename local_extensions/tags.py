"""Let every source be valid before it is rendered, and render it without compiling it.

A line `#: if cookiecutter.cors` is the block tag `if cookiecutter.cors`, and vanishes with its
line break. Jinja compiles each source to Python code, which took nine tenths of a run, although
the sources hold nothing but text, such tags and plain expressions. Those are rendered here
directly; whatever else a source holds is left to Jinja. Both ways give the same bytes.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, Template
from jinja2.ext import Extension

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINE_TAG = re.compile(r"^[ \t]*#: (.+)$", re.MULTILINE)
PIECE = re.compile(r"^[ \t]*#: (?P<tag>.+)\n?|\{\{ (?P<value>[^-+{}\n][^{}\n]*) \}\}", re.MULTILINE)
TAG = re.compile(r"(?P<word>if|elif|else|endif)(?: (?P<test>[^{}%#]+))?")
# The expressions that nearly all sources use; they are evaluated without Jinja's compiler.
ANSWER = re.compile(r"cookiecutter\.(?P<name>[a-z_]+)(?: \| (?P<filter>[a-z_]+))?")
COMPARISON = re.compile(
    r"""(?P<left>cookiecutter\.[a-z_]+) (?P<sign>[!=]=) (["'])(?P<right>[^"'\\]*)\3"""
)
CHOICE = re.compile(
    r"""'(?P<yes>[^'\\]*)' if (?P<test>[^'|]+(?:'[^'\\]*')?) else '(?P<no>[^'\\]*)'"""
)
JINJA = ("{{", "{%", "{#")

# The only texts outside a file that are Jinja's. Anything else there is an answer, or a path made
# of one, and stays as it is: braces in an answer are for the rules to refuse.
DIRECTORY = "{{cookiecutter.project_slug}}"
OWN_TEXTS = {
    DIRECTORY: "{{ cookiecutter | checked_slug }}",
    "{{ cookiecutter.project_name | project_slug }}": None,
    "{{ cookiecutter | checked }}": None,
}
OF_A_HOOK = "{{ cookiecutter | folder | jsonify }}"

Step = tuple[str, str]


def split(source: str) -> Iterator[Step]:
    """Yield the text, values and tags of *source* in order, each as (kind, content)."""
    end = 0
    pieces = PIECE.finditer(source) if "#: " in source or "{{" in source else ()
    for piece in pieces:
        yield "text", source[end : piece.start()]
        end = piece.end()
        if piece["value"] is not None:
            yield "value", piece["value"].strip()
        elif tag := TAG.fullmatch(piece["tag"].strip()):
            yield tag["word"], tag["test"] or ""
        else:
            yield "unknown", piece["tag"]
    yield "text", source[end:]


def is_simple(steps: list[Step]) -> bool:
    """Tell whether *steps* are well-formed and hold nothing that only Jinja understands."""
    open_tags: list[str] = []
    for kind, content in steps:
        if kind == "text":
            if any(mark in content for mark in JINJA):
                return False
        elif kind == "if" and content:
            open_tags.append("if")
        elif kind in ("elif", "else", "endif") and bool(content) == (kind == "elif"):
            closes = ("if", "else") if kind == "endif" else ("if",)
            if not open_tags or open_tags.pop() not in closes:
                return False
            if kind != "endif":
                open_tags.append("else" if kind == "else" else "if")
        elif kind != "value":
            return False
    return not open_tags


class Program:
    """A source without anything to compile, with the one method of a template that is used."""

    def __init__(self, steps: list[Step], environment: Environment) -> None:
        self.steps = steps
        self.environment = environment

    def evaluate(self, expression: str, context: dict[str, Any]) -> Any:
        """Return the value of *expression* as Jinja sees it; undefined names are errors."""
        if match := ANSWER.fullmatch(expression):
            answer = self.environment.getattr(context["cookiecutter"], match["name"])
            name = match["filter"]
            return self.environment.call_filter(name, answer) if name else answer
        if match := COMPARISON.fullmatch(expression):
            is_equal = self.evaluate(match["left"], context) == match["right"]
            return is_equal == (match["sign"] == "==")
        if match := CHOICE.fullmatch(expression):
            return match["yes" if self.evaluate(match["test"], context) else "no"]
        return self.evaluate_with_jinja(expression, context)

    def evaluate_with_jinja(self, expression: str, context: dict[str, Any]) -> Any:
        """Return the value of an *expression* that has to be compiled, once for all sources."""
        compiled: dict[str, Callable[..., Any]] = self.environment.__dict__.setdefault("quick", {})
        if expression not in compiled:
            compiled[expression] = self.environment.compile_expression(
                expression, undefined_to_none=False
            )
        return compiled[expression](**context)

    def render(self, **context: Any) -> str:
        """Return the text with its values filled in and its branches taken."""
        texts: list[str] = []
        # For each open tag: whether its surroundings are wanted, and whether a branch was taken.
        outer: list[tuple[bool, bool]] = []
        is_wanted = True
        for kind, content in self.steps:
            if kind == "text" and is_wanted:
                texts.append(content)
            elif kind == "value" and is_wanted:
                texts.append(str(self.evaluate(content, context)))
            elif kind == "if":
                outer.append((is_wanted, False))
                is_wanted = is_wanted and bool(self.evaluate(content, context))
            elif kind in ("elif", "else"):
                surroundings, is_taken = outer.pop()
                is_taken = is_taken or is_wanted
                outer.append((surroundings, is_taken))
                is_wanted = surroundings and not is_taken
                is_wanted = is_wanted and (kind == "else" or bool(self.evaluate(content, context)))
            elif kind == "endif":
                is_wanted = outer.pop()[0]
        return "".join(texts)


class QuickTemplate(Template):
    """A template that may be a program."""

    @classmethod
    def from_code(cls, environment: Environment, code: Any, *rest: Any) -> Any:
        """Return the program itself, or Jinja's template for compiled *code*."""
        return code if isinstance(code, Program) else super().from_code(environment, code, *rest)


def spare_unread_records() -> None:
    """Keep cookiecutter from making eight log records for each file where nobody reads them."""
    logger = logging.getLogger("cookiecutter")
    if logger.handlers and all(handler.level > logging.DEBUG for handler in logger.handlers):
        logger.setLevel(logging.INFO)


class LineTags(Extension):
    """Read every line `#: tag` as a block tag, and answers as plain text."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.compile_with_jinja = environment.compile
        if environment.trim_blocks and environment.lstrip_blocks:
            spare_unread_records()
            environment.template_class = QuickTemplate
            environment.compile = self.compile  # type: ignore[method-assign] # Jinja has no other way in.

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return *source* with its line tags turned into block tags."""
        return LINE_TAG.sub(r"{% \1 %}", source)

    def compile(self, source: Any, name: str | None = None, *rest: Any, **options: Any) -> Any:
        """Return a program for *source*, or what Jinja makes of one that is not simple."""
        if isinstance(source, str):
            if name is None and OF_A_HOOK not in source:
                if source not in OWN_TEXTS:
                    return Program([("text", source)], self.environment)
                source = OWN_TEXTS[source] or source
            elif "\r" not in source and self.environment.keep_trailing_newline:
                steps = list(split(source))
                if is_simple(steps):
                    return Program(steps, self.environment)
        return self.compile_with_jinja(source, name, *rest, **options)
