"""Covering arrays: few projects in which all values of any few answers meet.

The rows are frozen, so that every run tests the same projects. They are made by covertable and
verified by a counter of our own:

    python -m tests.arrays.rows    # writes strength_2.csv and strength_3.csv anew
"""

from __future__ import annotations

import csv
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING

from local_extensions.answers import CHOICES, YES_NO
from tests.rendering import CONTEXT, EVERYTHING_OFF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, str]
Combination = frozenset[tuple[str, str]]

HERE = Path(__file__).parent
STRENGTHS = (2, 3)
# As they are typed: a project is asked for with the words of its row.
FACTORS: dict[str, tuple[str, ...]] = {**CHOICES, **dict.fromkeys(YES_NO, ("yes", "no"))}
DEFAULT: Row = {name: CONTEXT[name] for name in FACTORS}
OFF: Row = DEFAULT | {name: value or "no" for name, value in EVERYTHING_OFF.items()}
# Greedy arrays differ in length with the salt that breaks ties; the shortest of these is taken.
SALTS = 600


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
    """Return the frozen rows: the default project first, the one with everything off second."""
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

    arrays = (
        make_array(FACTORS, strength=strength, presets=[DEFAULT, OFF], salt=str(salt))
        for salt in range(SALTS)
    )
    shortest = min(arrays, key=len)
    rest = [row for row in shortest if row not in (DEFAULT, OFF)]
    return [DEFAULT, OFF, *({name: row[name] for name in FACTORS} for row in rest)]


def main() -> None:
    """Write all arrays."""
    for strength in STRENGTHS:
        with path_of(strength).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FACTORS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(make(strength))


if __name__ == "__main__":
    main()
