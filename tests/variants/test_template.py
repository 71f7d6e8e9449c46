"""A template knows which answers decide over a source, and when each of its lines is there."""

from __future__ import annotations

import pytest

from tests.variants.questions import UnclearError
from tests.variants.small import make_template

NESTED = """\
#: if cookiecutter.cors
a
#: if cookiecutter.api_docs == "redoc"
b
#: else
c
#: endif
#: elif cookiecutter.throttling
d
#: else
e
#: endif
f
"""
MENTIONS = {
    "nothing": ("text\n", set()),
    "a tag": ("#: if cookiecutter.cors\n#: endif\n", {"cors"}),
    "a value": ("{{ cookiecutter.project_slug }}\n", {"project_slug"}),
    "a choice": ("{{ 'a' if cookiecutter.cors else 'b' }}\n", {"cors"}),
    "by key": ('{{ cookiecutter["cors"] }}\n', {"cors"}),
    "a variable": ("{% set x = cookiecutter.cors %}{{ x }}\n", {"cors"}),
    "what is included": ('{% include "part" %}\n', {"throttling"}),
    "what is made of answers": ("{{ cookiecutter.__pages }}\n", {"api_docs"}),
    "everything": ("{{ cookiecutter | plan | jsonify }}\n", {"cors", "api_docs"}),
}


@pytest.mark.parametrize(("source", "answers"), MENTIONS.values(), ids=MENTIONS)
def test_the_answers_that_decide_are_found_wherever_they_are_mentioned(source, answers):
    template = make_template(
        {"file": source, "part": "#: if cookiecutter.throttling\n#: endif\n"},
        cors="no",
        api_docs="none",
        __pages="{{ cookiecutter.api_docs }}",
    )

    assert template.mentioned("file") == answers


@pytest.mark.parametrize(
    ("answers", "letters"),
    [
        ({"cors": True, "throttling": True, "api_docs": "redoc"}, "abf"),
        ({"cors": True, "throttling": False, "api_docs": "none"}, "acf"),
        ({"cors": False, "throttling": True, "api_docs": "none"}, "df"),
        ({"cors": False, "throttling": False, "api_docs": "redoc"}, "ef"),
    ],
)
def test_a_line_is_there_when_its_branches_are_taken(answers, letters):
    template = make_template({"file": NESTED})

    there = [line.text for line in template.lines("file") if line.when.holds(answers)]

    assert there == list(letters)
    assert template.render("file", answers) == "".join(f"{letter}\n" for letter in letters)


def test_a_line_with_a_choice_in_it_is_several_lines():
    template = make_template({"file": "page: {{ '/docs/' if cookiecutter.cors else '/' }}\n"})

    assert [(line.text, line.number) for line in template.lines("file")] == [
        ("page: /docs/", 1),
        ("page: /", 1),
    ]


def test_a_file_is_there_when_its_owners_agree():
    template = make_template({"a/b.py": "", "c": ""}, {"cors": ["a/"], "api_docs": ["a/b.py"]})

    assert template.kept("c").holds({})
    assert template.kept("a/b.py").holds({"cors": True, "api_docs": "swagger"})
    assert not template.kept("a/b.py").holds({"cors": True, "api_docs": "redoc"})


def test_what_is_copied_stays_as_it_is():
    source = "run: ${{ secrets.TOKEN }}\n#: if cookiecutter.cors\n"
    template = make_template({"ci.yml": source}, _copy_without_render=["*.yml"])

    assert template.mentioned("ci.yml") == set()
    assert template.render("ci.yml", {}) == source
    assert [line.text for line in template.lines("ci.yml")] == source.splitlines()


@pytest.mark.parametrize(
    "source",
    [
        "#: The reason\n",
        "#: endif\n",
        "#: if cookiecutter.mongo_host == 'localhost'\n#: endif\n",
        "#: if cookiecutter.no_answer\n#: endif\n",
    ],
)
def test_a_tag_that_cannot_be_followed_is_an_error(source):
    with pytest.raises(UnclearError):
        make_template({"file": source}).lines("file")
