"""CI and CD: the suite notices what is broken, what is not tested, and what is not covered.

The tests break copies of the project and run its own suite there, in another process.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

from config.environment import PROJECT
from tests.fixtures.operations import find_routes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pymongo.database import Database

# The files of a project, without those that appear only when it is used.
PARTS: Final = ("app", "config", "dev", "tests", "wsgi.py", "gunicorn.conf.py", "pyproject.toml")
FLOOR: Final = 95

ME: Final = "app/accounts/views.py"
#: if cookiecutter.mail
CHANGE: Final = "return service.change(context.account_id, changes)"
#: else
CHANGE: Final = "return service.rename(context.account_id, body.display_name)"
#: endif
FORGOTTEN: Final = '''

class ForgottenView(MethodView):
    """A view that no test calls."""

    @documented(docs.READ)
    @returns(AccountOut)
    def get(self) -> Profile:
        """Show the account once more."""
        return context.caller.profile


me.add_url_rule("/forgotten", view_func=ForgottenView.as_view("forgotten"))
'''

# A whole suite of one test. It needs no database to call everything: a request for an unknown host
# is refused and still recorded.
CALL_ALL: Final = """
from app import create_app
from config.testing import Testing


def test_every_route_there_was():
    nowhere = "mongodb://127.0.0.1:1/nothing?serverSelectionTimeoutMS=10"
    settings = Testing(MONGODB_URI=nowhere, MONGODB_TIMEOUT_SECONDS=0.01)
    client = create_app(settings).test_client()
    for method, path in ROUTES:
        client.open(path, method=method, headers=dict(Host="elsewhere.example"))
"""

# One that empties its database and writes to it.
USE_DATABASE: Final = """
def test_somebody_signs_up(account):
    assert account.id
"""


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """Return the tools' settings."""
    tools: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]
    return tools


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the project, to be broken."""
    ignore = shutil.ignore_patterns("__pycache__", ".*")
    for name in PARTS:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignore)
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


@pytest.fixture
def owned(database: Database[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    """Return a database as MONGODB_URI would name it, with data that must not be lost."""
    client, name = database.client, f"{database.name}_owned"
    client[name]["accounts"].insert_one({"_id": "precious"})
    yield client[name]
    client.drop_database(name)


def _run(project: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run the suite of a project; return its exit code and what it printed."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        env={"PATH": os.environ["PATH"], "DOTENV": os.devnull, "COLUMNS": "200", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout


def _leave_one_test(project: Path, text: str) -> None:
    for path in (project / "tests").rglob("test_*.py"):
        path.unlink()
    (project / "tests" / "test_one.py").write_text(text, encoding="utf-8")


@pytest.mark.checklist("cicd.tests")
def test_coverage_of_lines_and_branches_has_a_floor(settings):
    coverage = settings["coverage"]
    assert coverage["report"]["fail_under"] >= FLOOR
    assert coverage["run"]["branch"] is True
    assert "app" in coverage["run"]["source"]
    assert "omit" not in coverage["run"]


@pytest.mark.checklist("cicd.tests")
def test_the_whole_suite_runs_with_the_floor_and_with_warnings_as_errors(settings):
    assert settings["pytest"]["ini_options"]["testpaths"] == ["tests"]
    assert settings["pytest"]["ini_options"]["filterwarnings"] == ["error"]
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe
    choice = r"-m pytest \$\(or \$\(ARGS\),--cov --ignore=tests/mechanics\)$"
    assert re.search(choice, recipe[1], re.MULTILINE)


@pytest.mark.checklist("cicd.tests")
def test_tests_mirror_the_folders_of_the_code():
    for test in (PROJECT / "tests").rglob("test_*.py"):
        folder = test.parent.relative_to(PROJECT / "tests")
        if not {"promises", "mechanics"} & {*folder.parts}:
            assert (PROJECT / "app" / folder).is_dir() or (PROJECT / folder).is_dir(), test


@pytest.mark.checklist("cicd.tests")
def test_a_run_below_the_floor_fails(copy):
    _leave_one_test(copy, "def test_nothing():\n    pass\n")
    code, printed = _run(copy, "--cov", "tests/test_one.py")
    assert "1 passed" in printed
    assert f"Required test coverage of {FLOOR}% not reached" in printed.replace(".0%", "%")
    assert code == 1


@pytest.mark.checklist("cicd.tests")
def test_a_view_broken_on_purpose_turns_the_suite_red(copy):
    view = copy / ME
    text = view.read_text("utf-8")
    assert CHANGE in text
    view.write_text(text.replace(CHANGE, "return context.caller.profile"), encoding="utf-8")
    tests = "tests/promises/test_conventions.py::test_"
    code, printed = _run(
        copy,
        f"{tests}a_change_moves_updated_at_alone",
        f"{tests}created_resources_have_timestamps",
    )
    assert code == 1
    assert f"FAILED {tests}a_change_moves_updated_at_alone[PATCH /api/v1/me]" in printed
    # All others pass, however many a project's resources make of them.
    assert re.search(r"\b1 failed, \d+ passed", printed)


@pytest.mark.checklist("cicd.tests")
def test_the_database_of_the_app_is_not_the_suites_to_empty(
    copy: Path, mongodb_uri: str, owned: Database[dict[str, Any]]
) -> None:
    _leave_one_test(copy, USE_DATABASE)
    uri = urlsplit(mongodb_uri)._replace(path=f"/{owned.name}").geturl()
    code, printed = _run(copy, "tests/test_one.py", MONGODB_URI=uri)
    assert (code, [*owned["accounts"].find()]) == (0, [{"_id": "precious"}]), printed
    assert owned.list_collection_names() == ["accounts"]


@pytest.mark.checklist("cicd.test-every-api")
def test_a_route_that_no_test_calls_fails_the_suite_by_name(copy):
    routes = [(route.method, route.path) for route in find_routes()]
    _leave_one_test(copy, CALL_ALL.replace("ROUTES", repr(routes)))
    with (copy / ME).open("a", encoding="utf-8") as view:
        view.write(FORGOTTEN)
    code, printed = _run(copy)
    assert "1 passed" in printed
    assert "FAILED cicd.test-every-api: every route is called" in printed
    named = re.findall(r"^ +(\S+ \S+) was never called$", printed, re.MULTILINE)
    assert named == ["GET /api/v1/me/forgotten"]
    assert code == 1
