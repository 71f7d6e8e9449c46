"""The frozen rows cover what they promise, by a counter of our own."""

from __future__ import annotations

import pytest

from tests.combinations.rows import FACTORS, OFF, OPTIONAL, STRENGTHS, missing, presets, read
from tests.rendering import EVERYTHING_OFF


@pytest.mark.parametrize("strength", STRENGTHS)
def test_every_combination_of_values_is_in_a_row(strength):
    lacking = missing(read(strength), strength)

    assert not lacking, (
        f"{len(lacking)} combinations of answers are in no project, such as "
        f"{dict(next(iter(lacking)))}: run `python -m tests.combinations.rows`"
    )


@pytest.mark.parametrize("strength", STRENGTHS)
def test_every_row_is_a_full_set_of_answers(strength):
    rows = read(strength)

    assert rows[: len(presets())] == presets()
    assert len({tuple(row.items()) for row in rows}) == len(rows)
    for row in rows:
        assert list(row) == list(FACTORS)
        assert all(row[name] in FACTORS[name] for name in FACTORS), row


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_row_less_is_noticed(strength):
    rows = read(strength)
    needless = [row for row in rows if not missing([r for r in rows if r != row], strength)]

    # The presets are there in any case; whoever else is needless is stale.
    assert all(row in presets() for row in needless), needless


def test_each_optional_feature_is_there_alone_and_with_all_others():
    for name, value in OPTIONAL:
        features = [
            {other for other in EVERYTHING_OFF if row[other] != OFF[other]}
            for row in presets()
            if row[name] == value
        ]
        assert {name} in features
        assert set(EVERYTHING_OFF) in features


def test_a_new_answer_is_missed():
    rows = read(2)
    factors = {name: sorted({row[name] for row in rows}) for name in rows[0]}
    assert not missing(rows, 2, factors)

    lacking = missing(rows, 2, {**factors, "new": ("yes", "no")})

    assert len(lacking) == 2 * sum(map(len, factors.values()))


def test_combinations_are_counted():
    factors = {"a": "12", "b": "12", "c": "1"}
    rows = [{"a": "1", "b": "1", "c": "1"}, {"a": "2", "b": "2", "c": "1"}]

    assert missing(rows, 2, factors) == {
        frozenset({("a", "1"), ("b", "2")}),
        frozenset({("a", "2"), ("b", "1")}),
    }
