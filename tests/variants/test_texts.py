"""Every text that answers can make of a file is right."""

from __future__ import annotations

import pytest

from tests.rendering import make_plain_environment
from tests.variants.linting import RULES, lint
from tests.variants.projection import hostile_texts_of
from tests.variants.texts import faults_of, find_dead_lines, find_empty_files

# One process reads the template once for all of them.
pytestmark = pytest.mark.xdist_group("variants")


@pytest.fixture(scope="session")
def hostile_texts(template):
    """Return the texts with what people may type."""
    return [text for path in template.sources for text in hostile_texts_of(template, path)]


def test_every_text_of_every_file_is_right(
    template, projection, hostile_texts, expect_none, record_property
):
    texts, renderings = projection
    record_property(
        "variants",
        f"{template.choices.variants:,} variants: {len(texts):,} texts from {renderings:,} "
        f"renderings, and {len(hostile_texts):,} with what people may type",
    )

    expect_none(fault for text in (*texts, *hostile_texts) for fault in faults_of(text))


def test_the_projects_own_linter_and_formatter_are_content(projection, expect_none, tmp_path):
    expect_none(lint(projection[0], tmp_path))


def test_they_are_content_whatever_people_type(projection, hostile_texts, expect_none, tmp_path):
    around = [text for text in projection[0] if text.path.endswith((RULES, "__init__.py"))]

    expect_none(lint([*around, *hostile_texts], tmp_path))


def test_every_line_is_in_some_project(template, expect_none):
    expect_none(fault for path in template.sources for fault in find_dead_lines(template, path))


def test_no_file_is_empty_in_some_projects_only(template, projection, expect_none):
    texts, _ = projection
    expect_none(
        fault
        for path in template.sources
        for fault in find_empty_files(template, path, [each for each in texts if each.path == path])
    )


def test_no_file_name_asks_for_an_answer(template):
    """Conditional names end a run, and some systems cannot store them."""
    assert not [path for path in template.sources if set(path) & set("{}")]


def test_both_ways_of_rendering_give_the_same_bytes(template, projection):
    plain = make_plain_environment()
    texts, _ = projection
    for path, text, answers in texts:
        if not template.is_copied(path):
            rendered = plain.get_template(path).render(cookiecutter=template.complete(answers))
            assert rendered == text, path


def test_the_lines_that_are_asked_about_are_those_that_are_rendered(template, projection):
    texts, _ = projection
    for path, text, answers in texts:
        full = template.complete(answers)
        lines = [line.text for line in template.lines(path) if line.when.holds(full)]
        assert lines == text.split("\n")[:-1], path
