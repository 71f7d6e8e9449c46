"""Of all projects that two answers tell apart, each passes its own suite; `--strength=3` for three.

So does one without the sample. The default, the one with everything off and those with everything
on run the whole of it. The developer's tools, which start and stop processes for half of the time,
are the same in all others: those with one optional feature run, beside what an app does, whatever
tests that feature brings along, and those that are there for their pairs of answers run what an app
does. With `--strength=3` all run all.

The default, the one with everything off and those with one optional feature are installed from
nothing, so that no dependency is missed that the shared environment happens to have. Coverage has
its floor in the default, with everything off and with everything on, and there every item of the
checklist has a test that passes; for all others it would cost half of their time once more, and
tell nothing new.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pymongo import MongoClient

from local_extensions import manifest
from tests.combinations.rows import DEFAULT, OFF, STRENGTHS, alone, together
from tests.projects import SHARED, commands_in_readme, new, run, run_in_shell, run_suite
from tests.rendering import complete
from tests.servers import external_server

if TYPE_CHECKING:
    from tests.combinations.rows import Row

FROM_NOTHING = (DEFAULT, OFF, *alone())
MEASURED = (DEFAULT, OFF, together()[-1])
# Whatever an app does; the rest is about tools of a developer's, and starts and stops all day.
APP = ("tests/app", "tests/checklist", "tests/config", "--ignore=tests/checklist/test_ci.py")
# Whatever is the database's business.
DATABASE = ("tests/app/commands", "tests/app/models", "tests/app/views", "tests/dev")

# What runs all of its tests, whatever the strength.
WHOLE = (DEFAULT, OFF, *together())

pytestmark = [pytest.mark.projects, pytest.mark.timeout(1200)]


def test_a_project_passes_its_own_suite(
    tmp_path, chosen_row: Row, record_property, pytestconfig: pytest.Config
):
    project = new(tmp_path, **chosen_row)
    # The libraries are the same for all: their types are read once.
    run(project, "make", "types", SHARED, MYPY_CACHE_DIR=str(tmp_path.parent / "types"))
    environment, python = (SHARED,), sys.executable
    if chosen_row in FROM_NOTHING:
        environment, python = (), ".venv/bin/python"
        run(project, "make", ".venv/.prepared")
    began = time.monotonic()

    if chosen_row in MEASURED:
        passed = run_suite(project, "make", "checklist", *environment)
    else:
        is_whole = chosen_row in WHOLE or pytestconfig.getoption("strength") > min(STRENGTHS)
        tests = () if is_whole else (*APP, *tests_beside_the_app(chosen_row))
        passed = run_suite(project, python, "-m", "pytest", *tests)
    record_property("suite", (chosen_row, passed, time.monotonic() - began))

    assert passed > 2000


def tests_beside_the_app(row: Row) -> list[str]:
    """Return the tests that came with the one optional feature of *row*, but for those of APP."""
    if row not in alone():
        return []
    brought = set(manifest.to_prune(complete(OFF))) - set(manifest.to_prune(complete(row)))
    tests = {path for path in brought if Path(path).match("tests/*/test_*.py")}
    return sorted(path for path in tests if not path.startswith(APP[:3]))


def test_an_external_server_serves_the_tests_with_rs256_and_the_owners_data_stays(tmp_path):
    project = new(tmp_path, jwt_algorithm="RS256")
    with external_server(tmp_path / "data") as port, MongoClient(port=port) as client:
        owned = [{"_id": number, "text": "precious"} for number in range(3)]
        for name in ("accounts", "notes"):
            client["my_flask_api"][name].insert_many(owned)

        passed = run_suite(
            project,
            *(sys.executable, "-m", "pytest", *DATABASE),
            MONGODB_URI=f"mongodb://127.0.0.1:{port}/my_flask_api",
            TEST_MONGODB_URI=f"mongodb://127.0.0.1:{port}",
        )

        assert passed > 200
        assert set(client["my_flask_api"].list_collection_names()) == {"accounts", "notes"}
        assert list(client["my_flask_api"]["accounts"].find()) == owned
        assert list(client["my_flask_api"]["notes"].find()) == owned


def test_the_sample_goes_as_the_readme_says_and_the_suite_stays_green_with_eddsa(tmp_path):
    project = new(tmp_path, jwt_algorithm="EdDSA")

    run_in_shell(project, commands_in_readme(project, "remove-sample"))

    assert not list(project.rglob("*notes*"))
    assert run_suite(project, "make", "test", SHARED) > 1500
    run(project, "make", "lint", SHARED)
