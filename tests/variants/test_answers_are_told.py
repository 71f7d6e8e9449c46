"""Who adds an answer is told what is still missing."""

from __future__ import annotations

import re

import pytest

from local_extensions.answers import CHOICES, QUESTIONS, RULES, YES_NO
from local_extensions.manifest import OWNERS
from local_extensions.words import WORDLESS, WORDS
from tests.rendering import CONTEXT, ROOT
from tests.variants.projection import HOSTILE
from tests.variants.questions import CLOSED
from tests.variants.residue import find_unowned_answers

ANSWERS = list(QUESTIONS)


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_has_a_rule_and_a_label(answer):
    assert answer in {*CHOICES, *YES_NO, *RULES}, (
        f"say in RULES of local_extensions/answers.py what {answer} may be"
    )
    assert answer in CONTEXT["__prompts__"], f"give {answer} a label in __prompts__"


def test_every_answer_has_words_or_a_reason_to_have_none(expect_none):
    expect_none(find_unowned_answers(ANSWERS, WORDS, WORDLESS))


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_does_something(template, answer):
    mentioning = [path for path in template.sources if answer in template.mentioned(path)]

    assert mentioning or answer in {owner.answer for owner in OWNERS}, (
        f"{answer} changes nothing: no source mentions it, and the manifest gives it no file"
    )


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_answer_is_explained(answer, language):
    page = ROOT / "docs" / language / "answers.md"

    assert f"\n## `{answer}`\n" in page.read_text("utf-8"), (
        f"explain {answer} in docs/{language}/answers.md, under a heading of its own"
    )


@pytest.mark.parametrize("answer", [name for name in ANSWERS if name not in CLOSED])
def test_every_text_of_people_is_tried_with_something_hostile(answer):
    assert any(answer in each for each in HOSTILE), (
        f"name in HOSTILE of tests/variants/projection.py the worst that {answer} may be"
    )


def test_no_source_asks_for_an_answer_that_is_not_asked(template):
    unknown = {path: template.mentioned(path) - set(ANSWERS) for path in template.sources}

    assert not {path: names for path, names in unknown.items() if names}


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_the_readme_tells_the_number_of_variants(template, readme):
    text = (ROOT / readme).read_text("utf-8")
    told = re.findall(r"([\d,]+)(?: variants|가지 조합)", text)

    assert told == [f"{template.choices.variants:,}"], (
        "the READMEs tell how many variants there are"
    )


def test_a_closed_answer_is_one_with_choices():
    assert set(CLOSED) == {*CHOICES, *YES_NO}
