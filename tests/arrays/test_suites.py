"""Of all projects that two answers tell apart, each passes its own suite; `--strength=3` for three.

The first two, the default and the one with everything off, are installed from nothing, so that no
dependency is missed that the shared environment happens to have.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.projects import SHARED, new, run, run_suite

if TYPE_CHECKING:
    from tests.arrays.rows import Row

FROM_NOTHING = 2

pytestmark = [
    pytest.mark.projects,
    pytest.mark.timeout(1200),
    # One after the other: each suite uses both cores itself, and some of its tests look at clocks.
    pytest.mark.xdist_group("projects"),
]


def test_a_project_passes_its_own_suite(tmp_path, row: Row, number: int, record_property):
    project = new(tmp_path, **row)
    environment = () if number < FROM_NOTHING else (SHARED,)
    began = time.monotonic()

    passed = run_suite(project, *environment)
    record_property("suite", (row, passed, time.monotonic() - began))
    run(project, "make", "types", *environment)

    assert passed > 2000
