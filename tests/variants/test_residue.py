"""Nothing of what is off is left in any variant, and what is on is there."""

from __future__ import annotations

import pytest

from local_extensions.words import WORDLESS, WORDS
from tests.variants import residue
from tests.variants.questions import CLOSED


def test_no_word_of_what_is_off_is_left(template, expect_none):
    expect_none(residue.find_left_over(template, WORDS))


def test_every_word_of_what_is_on_is_there(template, expect_none):
    expect_none(residue.find_missing(template, WORDS))


def test_no_folder_is_empty(template, expect_none):
    expect_none(residue.find_empty_folders(template))


@pytest.mark.parametrize("words", WORDS, ids=lambda each: f"{each.answer}={each.come_with}")
def test_words_are_of_an_answer_and_come_with_some_of_its_values(template, words):
    assert set(words.come_with) < set(CLOSED[words.answer])
    assert [path for path in words.spared if path not in template.sources] == []


def test_answers_without_words_have_a_reason():
    assert {words.answer for words in WORDS}.isdisjoint(WORDLESS)
    assert all(WORDLESS.values())
