"""Of all projects that two answers tell apart, each passes its own suite; `--strength=3` for three.

So does one without the sample. The default runs the whole of it, with coverage, which has its
floor there, and with the table, in which every item of the checklist has a test that passes. The
one with everything off runs all that is about an app. Those with one feature run the tests that it
brings along, and where it shows. The rest runs the tests of its features, too, and what is promised
of every operation, but for what takes servers or a window of time to show; of a test with many
cases each of them runs a third, the next one another. With `--strength=3` all run all, and those
with everything on have coverage and the table, too.

The default and the one with everything off are installed from nothing, as their owners do it. Those
with one optional feature share an environment, which each leaves exactly what it pins itself: no
dependency is missed that the template's own environment happens to have.

What a process of tests costs before its first test, its imports and its database, is more than the
tests of a small project: each suite has one process, and the suites of two projects run at a time.
The default's starts as many as its owner's does.

`make test` runs the suite of the default project; `make test-pairs` all others.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pymongo import MongoClient

from local_extensions import manifest
from tests.combinations.rows import DEFAULT, OFF, STRENGTHS, alone, read, together
from tests.locks import LOCKS, UV
from tests.projects import SHARED, commands_in_readme, run, run_in_shell, run_suite
from tests.rendering import SOURCES, complete
from tests.servers import external_server

if TYPE_CHECKING:
    from tests.combinations.rows import Row

FROM_NOTHING = (DEFAULT, OFF)
# What is about tools of a developer's and about servers, which start and stop all day; the rest is
# about the app.
ASIDE = (
    "tests/fixtures",
    "tests/mechanics",
    "tests/plugins",
    "tests/test_readme.py",
)
TESTS = [each.relative_to(SOURCES / "tests") for each in SOURCES.glob("tests/**/test_*.py")]
APP = tuple(
    path for path in sorted({f"tests/{each.parts[0]}" for each in TESTS}) if path not in ASIDE
)
# What starts servers and workers, lets crowds in or waits for a window to end, which is half of the
# time.
SLOW = tuple(
    f"tests/{name}.py"
    for name in (
        "accounts/test_letters_at_once",
        "exports/test_task",
        "jobs/test_worker",
        "promises/test_jwt_key",
        "promises/test_login_jail",
        "promises/test_no_debug",
        "promises/test_processing",
        "promises/test_two_releases",
        "promises/test_two_servers",
        "promises/test_workers",
    )
)
# Where a feature shows, whatever tests it brings along.
ALWAYS = ("tests/test_app.py", "tests/openapi", "tests/promises/test_specification.py")
# The cases of tests that have many are shared by so many rows.
PARTS = 3
PLUGIN = Path(__file__).parent / "plugin"
# Whatever is the database's business.
DATABASE = ("tests/accounts", "tests/database", "tests/notes", "tests/mechanics/dev")

pytestmark = [pytest.mark.projects, pytest.mark.timeout(3600)]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory) -> Path:
    """Return a folder with what the projects of this process use one after the other."""
    folder = tmp_path_factory.mktemp("shelf")
    run(folder, UV, "venv", "--quiet", f"--python={sys.executable}", ".venv")
    return folder


# First, since it takes longest.
@pytest.mark.pairs
def test_the_sample_goes_as_the_readme_says_and_the_suite_stays_green_with_eddsa(bake, is_thorough):
    project = bake(jwt_algorithm="EdDSA")

    run_in_shell(project, commands_in_readme(project, "remove-sample"))

    assert not list(project.rglob("*notes*"))
    # What never changes is tried with the sample there.
    target = "test-all" if is_thorough else "test"
    assert run_suite(project, "make", target, SHARED) > 1500
    run(project, "make", "lint", SHARED)


def test_a_project_passes_its_own_suite(bake, shelf, chosen_row: Row, record_property, is_thorough):
    project = bake(**chosen_row)
    # The libraries are the same for all: their types are read once.
    run(project, "make", "types", SHARED, MYPY_CACHE_DIR=str(shelf / "types"))
    environment, python = (SHARED,), sys.executable
    if chosen_row in FROM_NOTHING:
        environment, python = (), ".venv/bin/python"
        run(project, "make", ".venv/.prepared")
    elif chosen_row in alone():
        python = fill(shelf / ".venv", project)
    began = time.monotonic()

    if chosen_row == DEFAULT or (is_thorough and chosen_row in together()):
        passed = run_suite(project, "make", "checklist", *environment)
    else:
        choice = () if is_thorough else choose_tests(project, chosen_row)
        passed = run_suite(project, python, "-m", "pytest", "-n0", *choice, PYTHONPATH=str(PLUGIN))
    record_property("suite", (chosen_row, passed, time.monotonic() - began))

    assert passed > least_of(chosen_row)


def fill(environment: Path, project: Path) -> str:
    """Have *environment* hold what *project* pins and nothing else; return its interpreter."""
    python = str(environment / "bin" / "python")
    options = ("--quiet", "--compile-bytecode", "--require-hashes", f"--python={python}")
    run(project, UV, "pip", "sync", *options, *LOCKS)
    return python


def least_of(row: Row) -> int:
    """Return what fewer tests of *row* than are no suite."""
    if row in (DEFAULT, OFF):
        return 2000
    return 200 if row in alone() else 500


def choose_tests(project: Path, row: Row) -> tuple[str, ...]:
    """Return what has pytest run the tests that *row* is there for."""
    if row == OFF:
        # What only a whole suite can prove is judged: these are all the tests that it has.
        return "-o", f"testpaths={' '.join(APP)}"
    brought = set(manifest.to_prune(complete(OFF))) - set(manifest.to_prune(complete(row)))
    # A path may also need what another feature brings.
    tests = sorted(
        path
        for path in brought
        if (Path(path).match("test_*.py") or (path.startswith("tests/") and path.endswith("/")))
        and (project / path).exists()
    )
    if row in alone():
        return (*ALWAYS, *tests)
    beside = (
        path for path in tests if path.startswith(APP) and not path.startswith("tests/promises/")
    )
    part = f"--part={read(min(STRENGTHS)).index(row) % PARTS}/{PARTS}"
    chosen = ("tests/promises", *beside, *(f"--ignore={path}" for path in SLOW))
    return "-psome_cases", part, *chosen


@pytest.mark.pairs
def test_an_external_server_serves_the_tests_with_rs256_and_the_owners_data_stays(bake, tmp_path):
    project = bake(jwt_algorithm="RS256")
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
