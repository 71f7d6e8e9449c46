"""The guide's table of OWASP ASVS 5.0 is whole, in both languages, and names tests that exist."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import NamedTuple

import pytest

from local_extensions.answers import CHOICES, YES_NO
from tests.rendering import EVERYTHING_OFF, ROOT, render

# How many requirements of levels 1 and 2 the sections of a chapter of ASVS 5.0.0 have: they come
# before those of level 3, so that their numbers begin at 1 and leave none out.
REQUIREMENTS = {
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    10: (2, 2, 4, 11, 5, 2, 3),
}
NUMBERS = [
    f"{chapter}.{section}.{number}"
    for chapter, counts in REQUIREMENTS.items()
    for section, most in enumerate(counts, 1)
    for number in range(1, most + 1)
]
STATES = {
    "en": {"met": "met", "not met": "not met", "no concern": "no concern"},
    "ko": {"충족": "met", "미충족": "not met", "해당 없음": "no concern"},
}
# How many are met, met with an answer, no concern, and not met.
SENTENCES = {
    "en": r"Of (\d+) requirements (\d+) are met by every project, (\d+) with some answer, "
    r"(\d+) are no concern here, and (\d+) are not met\.",
    "ko": r"요구 사항 (\d+)개 가운데 (\d+)개는 모든 프로젝트가, (\d+)개는 어떤 옵션에서 충족하고, "
    r"(\d+)개는 해당이 없으며, (\d+)개는 충족하지 않습니다\.",
}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ANSWER = re.compile(r"`(\w+) = (\w+)`")
BY_ANSWER = re.compile(rf"{ANSWER.pattern}(?:, {ANSWER.pattern})*")


class Row(NamedTuple):
    """One requirement: its state, the tests that show it, answers that it names, and words."""

    state: str
    tests: list[tuple[str, str]]
    answers: set[tuple[str, str]]
    words: str


def page_in(language):
    return (ROOT / f"docs/{language}/security-asvs.md").read_text("utf-8")


def rows_in(language):
    """Return the rows of the table in their order, each with its number."""
    return [
        (number, Row(read_state(language, state), TEST.findall(last), answers, TEST.sub("", last)))
        for number, _, state, last in ROW.findall(page_in(language))
        for answers in [{*ANSWER.findall(f"{state} {last}")}]
    ]


def read_state(language, text):
    """Return a state in its English words; by an answer it is the same in both languages."""
    return text if BY_ANSWER.fullmatch(text) else STATES[language][text]


def has_words(row):
    return re.search(r"\w{2}", ANSWER.sub("", row.words)) is not None


@cache
def find_tests(answers):
    """Return the tests of a project in which everything is off but these answers."""
    given = {answer: {"yes": True, "no": False}.get(value, value) for answer, value in answers}
    return {
        (name, test)
        for name, text in render(EVERYTHING_OFF | given).items()
        if name.startswith("tests/")
        for test in re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)
    }


def projects_of(row):
    """Return the answers of every project that the row is about: each that it names, or none."""
    questions = {answer for answer, _ in row.answers}
    named = [[each for each in row.answers if each[0] == question] for question in questions]
    return [frozenset(answers) - {None} for answers in product(*([None, *each] for each in named))]


ROWS = dict(rows_in("en"))


def test_there_are_89_requirements():
    assert len(NUMBERS) == 89


@pytest.mark.parametrize("language", STATES)
def test_every_requirement_stands_once_in_its_place(language):
    assert [number for number, _ in rows_in(language)] == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_both_languages_say_the_same(number):
    english, korean = ROWS[number], dict(rows_in("ko"))[number]

    assert (english.state, english.tests) == (korean.state, korean.tests)
    assert english.answers == korean.answers
    assert has_words(english) == has_words(korean)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_test_is_one_of_a_project(number):
    """In the least project, or in one with answers that the row names."""
    row = ROWS[number]

    assert set(row.tests) <= set().union(*map(find_tests, projects_of(row)))


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_met_names_a_test_and_all_else_says_why(number):
    row = ROWS[number]

    if row.state in {"not met", "no concern"}:
        assert has_words(row)
    else:
        assert row.tests


def test_every_answer_is_one_of_the_questions():
    choices = {**CHOICES, **dict.fromkeys(YES_NO, ("yes", "no"))}

    for answer, value in set().union(*(row.answers for row in ROWS.values())):
        assert value in choices[answer]


@pytest.mark.parametrize("language", STATES)
def test_the_page_counts_its_rows(language):
    states = [row.state for row in ROWS.values()]
    told = re.search(SENTENCES[language], " ".join(page_in(language).split()))
    met, not_met, no_concern = map(states.count, ("met", "not met", "no concern"))
    by_answer = len(states) - met - not_met - no_concern

    assert told
    assert list(map(int, told.groups())) == [len(NUMBERS), met, by_answer, no_concern, not_met]
