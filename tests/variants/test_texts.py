"""Every text that answers can make of a file is right."""

from __future__ import annotations

import pytest

from tests.variants.conditions import show
from tests.variants.linting import RULES, lint
from tests.variants.projection import hostile_texts_of, is_large
from tests.variants.texts import faults_of, find_dead_lines, find_empty_files, find_untidy_sources


@pytest.fixture(scope="session")
def hostile_texts(template):
    """Return the texts with what people may type."""
    return [text for path in template.sources for text in hostile_texts_of(template, path)]


def test_every_text_of_every_file_is_right(
    template, projection, hostile_texts, expect_none, record_property
):
    texts, renderings = projection
    large = sum(is_large(template, path) for path in template.sources)
    how = f"{renderings:,} renderings, {len(hostile_texts):,} more texts with what people may type"
    if large:
        how += f", {large} large files by their pieces"
    count = f"{template.choices.variants:,} variants: {len(texts):,} texts"
    record_property("variants", (count, how))

    expect_none(fault for text in (*texts, *hostile_texts) for fault in faults_of(text))


def test_the_projects_own_linter_and_formatter_are_content(projection, expect_none, tmp_path):
    expect_none(lint(projection[0], tmp_path))


def test_they_are_content_whatever_people_type(projection, hostile_texts, expect_none, tmp_path):
    around = [text for text in projection[0] if text.path.endswith((RULES, "__init__.py"))]

    expect_none(lint([*around, *hostile_texts], tmp_path))


def test_every_source_has_the_line_ends_that_projects_are_to_have(template, expect_none):
    expect_none(find_untidy_sources(template))


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


def test_the_lines_that_are_asked_about_are_those_that_are_rendered(
    template, projection, expect_none
):
    expect_none(
        f"{path} has other lines than are known of it, with {show(answers)}"
        for path, text, answers in projection[0]
        if text.split("\n")[:-1] != known_lines(template, path, answers)
    )


def known_lines(template, path, answers):
    full = template.complete(answers)
    return [line.text for line in template.lines(path) if line.when.holds(full)]
