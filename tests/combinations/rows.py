"""Covering arrays: few projects in which all values of any few answers meet.

Some projects are in each array whatever it covers: the default one, the one with everything off,
each optional feature alone, and all of them at once.

The rows are frozen, so that every run tests the same projects. They are made by covertable and
verified by a counter of our own:

    python -m tests.combinations.rows    # writes strength_2.csv and strength_3.csv anew
"""

from __future__ import annotations

import csv
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING

from local_extensions.answers import CHOICES, YES_NO
from tests.rendering import DEFAULTS, EVERYTHING_OFF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, str]
Combination = frozenset[tuple[str, str]]

HERE = Path(__file__).parent
STRENGTHS = (2, 3)
# As they are typed: a project is asked for with the words of its row. What can be left out is where
# nothing else is wanted: such projects are tested in half of the time.
FACTORS: dict[str, tuple[str, ...]] = {
    **{name: tuple(sorted(values, key="none".__ne__)) for name, values in CHOICES.items()},
    **dict.fromkeys(YES_NO, ("no", "yes")),
}
WORDS = {True: "yes", False: "no"}
DEFAULT: Row = {name: WORDS.get(DEFAULTS[name], DEFAULTS[name]) for name in FACTORS}
OFF: Row = DEFAULT | {name: value or "no" for name, value in EVERYTHING_OFF.items()}
# What a project can do without; the rest of the answers is about the base that all of these share.
FEATURES = ("oauth", "cors", "xml", "mail", "uploads", "observability", "task_queue")
OPTIONAL = [(name, value) for name in FEATURES for value in FACTORS[name] if value != OFF[name]]
# Greedy arrays differ in length with the salt that breaks ties; the shortest of these is taken, and
# of several the one with the fewest features.
SALTS = 300
# So that the rows with everything on meet what the others leave open.
TURN = 10


def kinds(turn: int) -> Row:
    """Return the *turn*th value of whatever has to be one thing or another."""
    return {
        name: values[turn % len(values)]
        for name, values in FACTORS.items()
        if name not in EVERYTHING_OFF
    }


def alone() -> list[Row]:
    """Return a row for each optional feature, and nothing else that can be off."""
    return [
        OFF | kinds(turn) | {name: value} for turn, (name, value) in enumerate(OPTIONAL, start=1)
    ]


def together() -> list[Row]:
    """Return rows with everything on, as many as one feature has values to choose from."""
    offers = {
        name: [value for value in FACTORS[name] if value != OFF[name]] for name in EVERYTHING_OFF
    }
    return [
        DEFAULT
        | kinds(TURN + turn)
        | {name: values[turn % len(values)] for name, values in offers.items()}
        for turn in range(max(map(len, offers.values())))
    ]


def presets() -> list[Row]:
    """Return the rows of every array, in their order."""
    return [DEFAULT, OFF, *alone(), *together()]


def missing(
    rows: Iterable[Mapping[str, str]], strength: int, factors: Mapping[str, Sequence[str]] = FACTORS
) -> set[Combination]:
    """Return each combination of *strength* answers' values that no row has."""
    wanted = {
        frozenset(zip(names, values, strict=True))
        for names in combinations(factors, strength)
        for values in product(*(factors[name] for name in names))
    }
    return wanted.difference(
        frozenset(pairs) for row in rows for pairs in combinations(row.items(), strength)
    )


def path_of(strength: int) -> Path:
    """Return where the rows of *strength* are."""
    return HERE / f"strength_{strength}.csv"


def read(strength: int) -> list[Row]:
    """Return the frozen rows, those of presets() first."""
    with path_of(strength).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name_of(row: Row) -> str:
    """Return a short name: what the row answers otherwise than the default does."""
    return (
        "+".join(f"{name}={row[name]}" for name in row if row[name] != DEFAULT[name]) or "default"
    )


def make(strength: int) -> list[Row]:
    """Return new rows that cover every combination."""
    from covertable import make as make_array  # noqa: PLC0415 - it is needed for this alone.

    given = presets()
    arrays = (
        make_array(FACTORS, strength=strength, presets=given, salt=str(salt))
        for salt in range(SALTS)
    )
    shortest = min(arrays, key=lambda rows: (len(rows), sum(map(weight, rows))))
    rest = [row for row in shortest if row not in given]
    return [*given, *({name: row[name] for name in FACTORS} for row in rest)]


def weight(row: Mapping[str, str]) -> int:
    """Return how many things are on that can be off."""
    return sum(row[name] != OFF[name] for name in EVERYTHING_OFF)


def main() -> None:
    """Write all arrays."""
    for strength in STRENGTHS:
        with path_of(strength).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FACTORS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(make(strength))


if __name__ == "__main__":
    main()
