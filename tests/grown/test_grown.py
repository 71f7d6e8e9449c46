"""A project that has grown keeps every promise, and is told of each that it breaks.

None of a new project's tests is edited for that but tests/project.py, which is the owner's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.grown.growing import FILES, SHOP, WIRING, Fault, grow, read_faults
from tests.mutations.trials import Projects, break_copy, sharing
from tests.projects import SHARED, run, run_suite
from tests.rendering import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

FAULTS = read_faults()
# Whose tests are nobody's to edit: only these files of a new project's tests are its owner's.
OWNERS = {"tests/project.py", "tests/conftest.py"}


def test_the_shop_edits_no_test_of_a_new_project():
    touched = {*FILES, *(edit.file for edit in WIRING)}
    there = {name for name in touched if (SOURCES / name).exists()}
    assert {name for name in there if name.startswith("tests/")} <= OWNERS


@pytest.mark.projects
@pytest.mark.timeout(1200)
def test_the_shop_keeps_every_promise(bake, is_thorough):
    shop = grow(bake())
    for target in ("lint", "types"):
        run(shop, "make", target, SHARED)
    # The table asks for what never changes, too, which the default project's suite tries.
    target = "checklist" if is_thorough else "test"
    assert run_suite(shop, "make", target, SHARED) > 2000


@pytest.fixture(scope="session")
def shops(bake_session, run_folder, tmp_path_factory):
    """Return the shop that is broken."""

    def bake() -> Path:
        return grow(bake_session())

    with sharing(run_folder / "shops", tmp_path_factory, bake) as shops:
        yield shops


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_fits_the_shop(fault: Fault):
    files = {name: (SHOP / name).read_text("utf-8") for name in FILES}
    for name, text in fault.apply(files).items():
        compile(text, name, "exec")


@pytest.mark.projects
@pytest.mark.pairs
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_turns_one_test_red_that_names_the_operation(
    fault: Fault, shops: Projects, tmp_path: Path
):
    copy = break_copy(fault, shops.find({}), tmp_path)

    trial = shops.try_out(fault, copy, [fault.red], tmp_path)

    # A run that ended before its end tried nothing.
    failed = trial.of("red", "broken", "found")
    said = "\n".join(f"{name}: {seen.said}" for name, seen in failed.items()) or trial.printed
    assert [*failed] == [*trial.of("red")] == [fault.red], said
    assert fault.operation in said
