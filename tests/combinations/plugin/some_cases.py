"""Leave cases out of a project's tests that have many: rows that have much in common share them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

# A test with no more cases keeps all of them.
FEW = 5


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run have one part of several."""
    parser.addoption(
        "--part", help="which cases to run: 1/3 is those with the numbers 1, 4, 7…, from 0"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep of each test's cases those of this part.

    They are numbered by their names: the order of *items* may be another in each run.
    """
    part, parts = map(int, config.getoption("--part").split("/"))
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    left_out = {
        item
        for of_one in cases.values()
        if len(of_one) > FEW
        for number, item in enumerate(sorted(of_one, key=lambda item: item.nodeid))
        if number % parts != part
    }
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
