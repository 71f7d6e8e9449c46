"""Line tags vanish from what is rendered, and what is not of the template is never rendered."""

from __future__ import annotations

import fnmatch

import pytest
from jinja2 import DictLoader, TemplateSyntaxError, UndefinedError

from local_extensions.filters import Answers
from local_extensions.tags import LINE_TAG, OF_A_HOOK, LineTags
from tests.rendering import CONTEXT, ROOT, SOURCES, complete, files_in, make_environment

SNIPPETS = {
    "plain": ("a\n  b\n", "a\n  b\n"),
    "no newline at the end": ("a", "a"),
    "empty": ("", ""),
    "if": ("a\n#: if cookiecutter.cors\nb\n#: endif\nc\n", "a\nc\n"),
    "indented": (
        "a\n    #: if cookiecutter.cors\n    b\n    #: else\n    c\n    #: endif\n",
        "a\n    c\n",
    ),
    "last line": ("#: if cookiecutter.throttling\nb\n#: endif", "b\n"),
    "blank lines": (
        "a\n\n#: if cookiecutter.throttling\n\nb\n\n#: endif\n\nc\n\n",
        "a\n\n\nb\n\n\nc\n\n",
    ),
    "elif": (
        (
            "#: if cookiecutter.cors\na\n#: elif cookiecutter.license == 'MIT'\nb\n"
            "#: elif cookiecutter.throttling\nc\n#: else\nd\n#: endif\n"
        ),
        "c\n",
    ),
    "nested": (
        (
            "#: if cookiecutter.throttling\n#: if cookiecutter.cors\na\n#: else\nb\n#: endif\n"
            "#: elif cookiecutter.cors\nc\n#: else\nd\n#: endif\n"
        ),
        "b\n",
    ),
    "nested in what is off": (
        (
            "#: if cookiecutter.cors\n#: if cookiecutter.throttling\na\n#: else\n"
            "b\n#: endif\n#: endif\n"
        ),
        "",
    ),
    "value": ('x = "{{ cookiecutter.project_slug }}"\n', 'x = "my_flask_api"\n'),
    "choice": ("{{ 'a' if cookiecutter.cors else 'b' }}\n", "b\n"),
    "braces": ("a }} b %} c #} { { % { }\n", "a }} b %} c #} { { % { }\n"),
}
BROKEN = {
    "open": ("#: if cookiecutter.cors\na\n", TemplateSyntaxError),
    "closed twice": ("#: if cookiecutter.cors\n#: endif\n#: endif\n", TemplateSyntaxError),
    "unknown word": ("#: The reason\n", TemplateSyntaxError),
    "unknown answer": ("#: if cookiecutter.core\n#: endif\n", UndefinedError),
    "unknown value": ("{{ cookiecutter.project_slag }}\n", UndefinedError),
}


def render_snippet(source):
    environment = make_environment(DictLoader({"snippet": source}))
    return environment.get_template("snippet").render(cookiecutter=complete({}))


@pytest.mark.parametrize(("source", "text"), SNIPPETS.values(), ids=SNIPPETS)
def test_a_line_tag_vanishes_with_its_line_and_with_nothing_else(source, text):
    assert render_snippet(source) == text


@pytest.mark.parametrize(("source", "error"), BROKEN.values(), ids=BROKEN)
def test_a_source_that_is_broken_is_an_error(source, error):
    with pytest.raises(error):
        render_snippet(source)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7*7 }}",
        "{{ foo",
        "{% for",
        "{#",
        "#: if x",
        "{{ cookiecutter }}",
        "'\"\\{% endraw %}\n\r\0\udcff한{",
        "/tmp/{{ x }}/my_flask_api/app",
    ],
    ids=ascii,
)
def test_a_text_that_is_not_the_templates_own_is_rendered_as_it_is(text):
    environment = make_environment(DictLoader({}))

    assert environment.from_string(text).render(cookiecutter=complete({})) == text


def test_every_hook_is_known_as_jinja_of_the_templates():
    assert all(OF_A_HOOK in hook.read_text("utf-8") for hook in (ROOT / "hooks").glob("*.py"))


def test_what_is_copied_without_rendering_is_jinja_of_the_projects_own():
    patterns = set(CONTEXT["_copy_without_render"]) - {"*__pycache__", ".*_cache"}
    names = [path.relative_to(SOURCES).as_posix() for path in files_in(SOURCES)]
    for pattern in patterns:
        matched = [name for name in names if fnmatch.fnmatch(name, pattern)]
        assert matched, f"{pattern} matches nothing"
        for name in matched:
            text = (SOURCES / name).read_text("utf-8")
            assert not LINE_TAG.search(text), f"{name} has line tags: drop {pattern}"
            assert any(mark in text for mark in ("{{", "{%", "{#")), name


def test_the_extensions_are_those_of_the_template():
    assert CONTEXT["_extensions"] == [
        f"{each.__module__.split('.')[0]}.{each.__name__}" for each in (Answers, LineTags)
    ]
