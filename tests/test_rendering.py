"""The quick way to render gives what Jinja gives, and nearly every source takes it."""

from __future__ import annotations

import fnmatch

import pytest
from jinja2 import FileSystemLoader

from local_extensions.filters import Answers
from local_extensions.tags import LINE_TAG, LineTags, Program
from tests.rendering import (
    CONTEXT,
    SOURCES,
    complete,
    files_in,
    make_environment,
    make_plain_environment,
)

SNIPPETS = {
    "plain": "a\n  b\n",
    "no newline at the end": "a",
    "empty": "",
    "if": "a\n#: if cookiecutter.cors\nb\n#: endif\nc\n",
    "indented": "a\n    #: if cookiecutter.cors\n    b\n    #: else\n    c\n    #: endif\n",
    "last line": "#: if cookiecutter.throttling\nb\n#: endif",
    "blank lines": "a\n\n#: if cookiecutter.cors\n\nb\n\n#: endif\n\nc\n\n",
    "elif": "#: if cookiecutter.cors\na\n#: elif cookiecutter.license == 'MIT'\nb\n"
    "#: elif cookiecutter.throttling\nc\n#: else\nd\n#: endif\n",
    "nested": "#: if cookiecutter.throttling\n#: if cookiecutter.cors\na\n#: else\nb\n#: endif\n"
    "#: elif cookiecutter.cors\nc\n#: else\nd\n#: endif\n",
    "nested in what is off": "#: if cookiecutter.cors\n#: if cookiecutter.throttling\na\n#: else\n"
    "b\n#: endif\n#: endif\n",
    "value": 'x = "{{ cookiecutter.project_slug }}{{ cookiecutter.cors }}"\n',
    "value without spaces": "{{cookiecutter.project_slug}}\n",
    "trimmed value": "a\n {{- cookiecutter.project_slug -}} \nb",
    "filter": "{{ cookiecutter.project_name | upper }} {{ cookiecutter.project_name | e }}\n",
    "choice": "{{ 'a' if cookiecutter.cors else 'b' }}"
    "{{ '' if cookiecutter.license != 'MIT' else 'x' }}\n",
    "expression": '#: if not cookiecutter.cors and cookiecutter.license in ("MIT", "Proprietary")\n'
    "a\n#: endif\n",
    "block": "{% if cookiecutter.cors %}a{% else %}b{% endif %}\n",
    "comment": "a{# no #}b\n",
    "raw": "{% raw %}{{ x }}{% endraw %}\n",
    "loop": "#: for n in [1, 2]\n{{ n }}\n#: endfor\n",
    "braces": "a }} b %} c #} { { % { }\n",
    "windows": "a\r\n#: if cookiecutter.cors\r\nb\r\n#: endif\r\nc\r\n",
}
BROKEN = {
    "open": "#: if cookiecutter.cors\na\n",
    "closed twice": "#: if cookiecutter.cors\n#: endif\n#: endif\n",
    "else first": "#: else\n#: endif\n",
    "two elses": "#: if cookiecutter.cors\n#: else\n#: else\n#: endif\n",
    "unknown word": "#: The reason\n",
    "unknown answer": "#: if cookiecutter.core\n#: endif\n",
    "unknown value": "{{ cookiecutter.project_slag }}\n",
    "unknown in a comparison": "#: if cookiecutter.licence == 'MIT'\n#: endif\n",
    "half a value": "{{ cookiecutter.cors\n",
}


def render_snippet(environment, source, tmp_path):
    (tmp_path / "snippet").write_text(source, newline="")
    environment.loader = FileSystemLoader(str(tmp_path))
    return environment.get_template("snippet").render(cookiecutter=complete({}))


@pytest.mark.parametrize("source", SNIPPETS.values(), ids=SNIPPETS)
def test_both_ways_read_every_form_alike(source, tmp_path):
    quick = render_snippet(make_environment(), source, tmp_path)

    assert quick == render_snippet(make_plain_environment(), source, tmp_path)


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_both_ways_refuse_what_is_broken_with_the_same_error(source, tmp_path):
    errors = []
    for environment in (make_environment(), make_plain_environment()):
        with pytest.raises(Exception) as caught:  # noqa: PT011 # Compared below.
            render_snippet(environment, source, tmp_path)
        errors.append((type(caught.value), str(caught.value)))
    assert errors[0] == errors[1]


def test_nearly_every_source_goes_the_quick_way():
    environment = make_environment()
    names = [path.relative_to(SOURCES).as_posix() for path in files_in(SOURCES)]
    slow = [name for name in names if not isinstance(environment.get_template(name), Program)]

    assert len(slow) <= len(names) // 50, slow


def test_what_is_copied_without_rendering_has_nothing_to_render():
    """Copying is the quickest way of all; a pattern that matches nothing is a typo."""
    patterns = set(CONTEXT["_copy_without_render"]) - {"*__pycache__", ".*_cache"}
    names = [path.relative_to(SOURCES).as_posix() for path in files_in(SOURCES)]
    for pattern in patterns:
        matched = [name for name in names if fnmatch.fnmatch(name, pattern)]
        assert matched, pattern
        for name in matched:
            text = (SOURCES / name).read_text("utf-8")
            assert not LINE_TAG.search(text), f"{name} has line tags: drop {pattern}"
            # The pages of a project are Jinja of its own.
            is_page = name.startswith("app/templates/")
            assert is_page or not any(mark in text for mark in ("{{", "{%", "{#")), name


def test_the_extensions_are_those_of_the_template():
    assert CONTEXT["_extensions"] == [
        f"{each.__module__.split('.')[0]}.{each.__name__}" for each in (Answers, LineTags)
    ]
