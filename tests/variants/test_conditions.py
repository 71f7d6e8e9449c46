"""The solver finds answers exactly where there are some."""

from __future__ import annotations

import random

from tests.variants.conditions import ALWAYS, Choices, show

CHOICES = Choices({"a": (True, False), "b": ("x", "y", "z"), "c": (True, False)})
YES = CHOICES.where(["a"], lambda row: row["a"])
NO = CHOICES.where(["a"], lambda row: not row["a"])
X = CHOICES.where(["b"], lambda row: row["b"] == "x")


def test_the_number_of_variants_is_the_product_of_all_values():
    assert CHOICES.variants == 12


def test_what_is_always_there_is_enough():
    assert CHOICES.lack(YES, [X, ALWAYS]) is None


def test_two_halves_are_enough_together():
    assert CHOICES.lack(X, [YES, NO]) is None


def test_answers_are_found_with_which_something_is_missing():
    assert CHOICES.lack(ALWAYS, [YES, X]) in ({"a": False, "b": "y"}, {"a": False, "b": "z"})


def test_something_that_is_never_there_is_missing_for_nobody():
    assert CHOICES.lack(CHOICES.meet(YES, NO), []) is None


def test_something_that_needs_nothing_is_missing_for_everybody():
    assert CHOICES.lack(ALWAYS, []) == {}


def test_conditions_that_meet_hold_together():
    both = CHOICES.meet(YES, X)

    assert both.holds({"a": True, "b": "x"})
    assert not both.holds({"a": True, "b": "y"})
    assert CHOICES.meet(ALWAYS, YES) == YES


def test_the_solver_says_what_trying_everything_says():
    chance = random.Random(1)
    everything = list(CHOICES.combine("abc"))
    for _ in range(300):
        conditions = [
            CHOICES.where(
                chance.sample("abc", chance.randint(1, 3)), lambda _: chance.random() < 0.5
            )
            for _ in range(4)
        ]
        wanted, unwanted = conditions[:2], conditions[2:]
        fits = [
            answers
            for answers in everything
            if all(each.holds(answers) for each in wanted)
            and not any(each.holds(answers) for each in unwanted)
        ]
        found = CHOICES.find(wanted, unwanted)

        assert (found is None) == (not fits)
        assert found is None or any(found.items() <= answers.items() for answers in fits)


def test_answers_are_shown_as_they_are_typed():
    assert show({"b": "x", "a": False}) == "a=no b=x"
