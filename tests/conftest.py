"""Keep the tests away from the home directory and the settings of whoever runs them."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.combinations.rows import DEFAULT, OFF, STRENGTHS, name_of, read, weight
from tests.compiled import keep_compiled
from tests.rendering import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pytest.mark import ParameterSet
    from _pytest.terminal import TerminalReporter
    from pytest_cookies.plugin import Cookies

    from tests.combinations.rows import Row

# Tests whose names begin alike here run one after the other and in one process: the template is
# read once, and an environment made once, and all containers share one engine.
TOGETHER = (
    "tests/clients/",
    "tests/containers/",
    "tests/test_tools.py",
    "tests/variants/",
)

# In what a project's own suite printed.
FAILURES = re.compile(r"^E? *((?:FAILED|ERROR) .*)$", re.MULTILINE)

# Not of these tests: they would reach the projects that the tests generate.
FOREIGN = ("COOKIECUTTER_", "COV_", "FLASK_", "JWT_", "MAKE", "MFLAGS", "MONGODB_", "PYTEST_")


def pytest_configure() -> None:
    """Give cookiecutter, which looks once, an empty home; uv, pip and npm keep their caches."""
    home = Path.home()
    for name, folder in (
        ("XDG_CACHE_HOME", ".cache"),
        ("XDG_CONFIG_HOME", ".config"),
        ("npm_config_cache", ".npm"),
        ("npm_config_userconfig", ".npmrc"),
    ):
        os.environ.setdefault(name, str(home / folder))
    os.environ["HOME"] = tempfile.mkdtemp(prefix="home-")
    # Each new project's tests would count the letters of Unicode anew.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".hypothesis"))
    keep_compiled()


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to tell, where somebody listens."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(Progress(reporter))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test-all` run the suites of many more projects."""
    told = "how many answers at a time tell the projects apart whose suites are run"
    parser.addoption("--strength", type=int, choices=STRENGTHS, default=2, help=told)


class Scheduling(LoadScopeScheduling):
    """Gives each process the next test when it is free, and tests that stay together at once."""

    def _split_scope(self, nodeid: str) -> str:
        return next((start for start in TOGETHER if nodeid.startswith(start)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Return who decides which process runs which test."""
    return Scheduling(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test of one project all those of the strength that is asked for."""
    if "chosen_row" in metafunc.fixturenames:
        rows = sorted(read(metafunc.config.getoption("strength")), key=effort, reverse=True)
        metafunc.parametrize("chosen_row", [*map(with_marks, rows)], ids=map(name_of, rows))


def effort(row: Row) -> int:
    """Return about how long *row* takes: the longest begin first, and none is left over."""
    return weight(row) if row not in (DEFAULT, OFF) else len(row) + 1


def with_marks(row: Row) -> ParameterSet:
    """Return *row* as a parameter: of all suites that of the default project runs first."""
    return pytest.param(row, marks=[] if row == DEFAULT else [pytest.mark.pairs])


class Progress:
    """Tells of each failure, and of each project whose suite has ended: the next takes minutes."""

    def __init__(self, reporter: TerminalReporter) -> None:
        self.reporter = reporter

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look for what the test of a suite has recorded, and for what failed in it."""
        lines = [
            tell(*value)
            for name, value in report.user_properties
            if name == "suite" and report.when == "call"
        ]
        if report.failed:
            told = report.longreprtext
            lines += [report.nodeid, *(FAILURES.findall(told) or told.splitlines()[-3:])]
        for line in lines:
            self.reporter.ensure_newline()
            self.reporter.write_line(line)


def tell(row: Row, passed: int, seconds: float) -> str:
    """Return the line of a project: how many tests, how long, which answers."""
    return f"{passed:5} tests {seconds:5.0f} s  {name_of(row)}"


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how many variants were covered, and how many faults were found."""
    told: dict[str, list[Any]] = {"variants": [], "faults": [], "suite": []}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in report.user_properties:
                told.get(name, []).append(value)
    for suite in told["suite"]:
        terminalreporter.write_line(tell(*suite))
    for count, how in told["variants"]:
        terminalreporter.write_line(f"{count}, {sum(told['faults']):,} faults ({how})")


def clean_environment(home: Path) -> dict[str, str]:
    """Return the environment for a program that a test starts, with its own *home*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept.pop("VIRTUAL_ENV", None)
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home)}


@pytest.fixture(scope="session")
def is_thorough(pytestconfig: pytest.Config) -> bool:
    """Tell whether suites run whole, as they do before a release."""
    return pytestconfig.getoption("strength") > min(STRENGTHS)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the empty home directory of this test's programs."""
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """Return the environment of this test's programs."""
    return clean_environment(home)


def baking(cookies: Cookies) -> Callable[..., Path]:
    """Return a function that makes a project with *answers* and returns where it is.

    What goes wrong is raised. pytest-cookies keeps it in its result, whose repr() is a warning in
    itself, and takes the folder that pytest was started in for the template. Mistakes in answers
    end before it asks cookiecutter for anything: what is not written then, it cannot tell.
    """

    def bake(**answers: Any) -> Path:
        result = cookies.bake(extra_context=answers, template=str(ROOT))
        if result.exception is not None:
            raise result.exception
        return result.project_path

    return bake


@pytest.fixture
def bake(cookies: Cookies) -> Callable[..., Path]:
    """Return a function that makes projects for this test alone."""
    return baking(cookies)


@pytest.fixture(scope="session")
def bake_session(cookies_session: Cookies) -> Callable[..., Path]:
    """Return a function that makes projects for all tests of this process."""
    return baking(cookies_session)
