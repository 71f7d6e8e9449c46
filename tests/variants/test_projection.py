"""Every text is found, at a cost that a file's own answers decide."""

from __future__ import annotations

import ast

import pytest

from tests.variants.projection import FEW, cover, hostile_texts_of, texts_of
from tests.variants.small import make_template, with_answers
from tests.variants.texts import faults_of

MANY = with_answers(20)


def when(name, text, otherwise=None):
    """Return lines that are there with an answer."""
    rest = f"#: else\n{otherwise}\n" if otherwise else ""
    return f"#: if cookiecutter.{name}\n{text}\n{rest}#: endif\n"


def test_a_file_is_rendered_once_for_each_combination_that_it_mentions():
    template = make_template({"file": when("cors", "a") + when("api_docs == 'redoc'", "b")})

    texts, renderings = texts_of(template, "file")

    assert sorted(text.text for text in texts) == ["", "a\n", "a\nb\n", "b\n"]
    assert renderings == 6


def test_a_file_is_rendered_only_as_its_owners_keep_it():
    template = make_template({"file": when("cors", "a", "b")}, {"cors": ["file"]})

    texts, renderings = texts_of(template, "file")

    assert ([text.text for text in texts], renderings) == (["a\n"], 1)


def test_a_file_without_answers_is_rendered_once():
    assert texts_of(make_template({"file": "a\n"}), "file")[1] == 1


@pytest.mark.parametrize("kind", ["list", "imports", "settings"])
def test_a_file_with_a_million_texts_costs_few(kind):
    sources = {
        "list": "items = [\n" + "".join(when(name, f'    "{name}",') for name in MANY) + "]\n",
        "imports": "".join(when(name, f"import {name}") for name in MANY),
        "settings": "class Base:\n    x = 1\n" + "".join(
            when(name, f"    {name.upper()} = {number}") for number, name in enumerate(MANY)
        ),
    }  # fmt: skip
    template = make_template({"file.py": sources[kind]}, closed=MANY)

    assert template.choices.variants == 2**20
    assert len(cover(template, "file.py")) < FEW / 2


A, B, C, *REST = MANY
LINES = "".join(when(name, f"{name} = 1") for name in REST)
HIDDEN = {
    "a body that is empty when all is off": (
        "def f():\n" + "".join(when(name, f"    {name}()") for name in MANY),
        "expected an indented block",
    ),
    "a comma in a tag": (
        LINES + "items = [\n    1\n" + when(A, "    , 2") + when(B, "    3,") + "]\n",
        "Perhaps you forgot a comma",
    ),
    "a seam of two": (
        f"{LINES}x = 1\n" + when(A, 'y = """\n') + when(B, "") + when(C, '"""'),
        "unterminated",
    ),
    "one branch of one answer": (
        LINES + when(A, when(B, when(C, "x = ", "x = 1"), "x = 2"), "x = 3"),
        "invalid syntax",
    ),
    "a name that is bound in one piece and used in another": (
        LINES + when(A, "import os") + "def f():\n    pass\n" + when(B, "    global f; f = os"),
        None,
    ),
}


@pytest.mark.parametrize(("source", "fault"), HIDDEN.values(), ids=HIDDEN)
def test_what_only_a_rare_variant_shows_is_among_the_few(source, fault):
    template = make_template({"file.py": source}, closed=MANY)
    texts, _ = texts_of(template, "file.py")

    if fault is None:
        names = [{each.id for each in ast.walk(ast.parse(text.text)) if isinstance(each, ast.Name)}
                 for text in texts]  # fmt: skip
        assert any(
            "os" in found and "import os" not in text.text
            for found, text in zip(names, texts, strict=True)
        )
    else:
        assert any(fault in each for text in texts for each in faults_of(text))


def test_two_blank_lines_between_any_two_pieces_are_found():
    lines = [f"{name}\n" for name in MANY]
    lines[4] = f"{REST[1]}\n\n"
    lines[12] = f"\n{REST[9]}\n"
    source = "".join(
        when(name, text.removesuffix("\n")) for name, text in zip(MANY, lines, strict=True)
    )
    template = make_template({"file.txt": f"start\n{source}end\n"}, closed=MANY)

    faults = [fault for text in texts_of(template, "file.txt")[0] for fault in faults_of(text)]

    assert any("two blank lines" in fault for fault in faults)


def test_what_people_type_is_written_in_every_branch():
    source = when("cors", 'name = "{{ cookiecutter.author_name }}"', "name = ''")
    template = make_template({"file.py": source})

    texts = list(hostile_texts_of(template, "file.py"))

    assert any("SyntaxError" in fault for text in texts for fault in faults_of(text))
    assert all(text.answers["cors"] for text in texts)
