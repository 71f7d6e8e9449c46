"""Break copies of a project and run its own tests on them."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import clean_environment
from tests.rendering import generate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.mutations.breakages import Mutation

PLUGIN = Path(__file__).parent / "plugin"
# It takes a real browser and its time, and says of no item what others do not.
LEFT_OUT = "--ignore=tests/browser"
# What a test works less than this is not compared, so that one run does what another did.
CHEAP_SECONDS = 0.3
# Fixtures that start processes, and wait rather than work.
DEAR = {"start_server", "server", "two_servers", "start_worker"}
# So do tests that wait longer than this, whatever for.
WAITING_SECONDS = 0.6


@dataclass(frozen=True)
class Seen:
    """What became of one test: passed, red as it should be, broken in another way, skipped."""

    items: list[str]
    outcome: str
    seconds: float
    waited: float
    uses: list[str]
    said: str


@dataclass(frozen=True)
class Trial:
    """What one run of a project's tests said, by node id."""

    tests: dict[str, Seen]
    printed: str

    def of(self, *outcomes: str) -> dict[str, Seen]:
        """Return the tests of these outcomes."""
        return {name: seen for name, seen in self.tests.items() if seen.outcome in outcomes}

    def rank(self, name: str) -> tuple[bool, float, str]:
        """Return what orders tests by how much they take."""
        seen = self.tests[name]
        is_dear = seen.waited > WAITING_SECONDS or not DEAR.isdisjoint(seen.uses)
        return is_dear, max(seen.seconds, CHEAP_SECONDS), name


class Projects:
    """Generated projects in a folder that all test processes share, each made once."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.server = server
        self.environment = clean_environment(folder / "home")
        # Each mutation reads some hundred modules, which are compiled once.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def find(self, answers: Mapping[str, str]) -> Path:
        """Return the unbroken project of these answers."""
        name = "-".join(f"{key}={answer}" for key, answer in sorted(answers.items())) or "default"
        with self._lock(name):
            folder = self.folder / name
            if not folder.exists():
                folder.mkdir()
                generate(folder, self.environment, **answers)
        return folder / "my_flask_api"

    def record(self) -> Trial:
        """Return what the whole checklist says of the unbroken default project."""
        project, report = self.find({}), self.folder / "record.json"
        with self._lock("record"):
            if not report.exists():
                self._run(project, report, "-n2", LEFT_OUT)
        return _read(report, "")

    def try_out(self, mutation: Mutation, project: Path, others: list[str], folder: Path) -> Trial:
        """Run the tests of a mutation's item, and *others*, on *project*."""
        plan, report = folder / "plan.json", folder / "report.json"
        asked = {"item": mutation.item, "tests": mutation.tests, "fails": mutation.fails}
        asked["others"] = others
        plan.write_text(json.dumps(asked), "utf-8")
        names = {name.partition("::")[0] for name in others} | _find_tests(project, mutation)
        run = self._run(project, report, "-n0", f"--witness-plan={plan}", LEFT_OUT, *sorted(names))
        return _read(report, run.stdout)

    def _run(
        self, project: Path, report: Path, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-p", "mutation_witness", "-p", "no:randomly"]
        command += ["-p", "no:cacheprovider", "--no-cov", "-q", "--timeout=60"]
        # It collects garbage for half a second at each end.
        command += ["-p", "no:unraisableexception"]
        return subprocess.run(
            [*command, f"--witness-report={report}", *arguments],
            cwd=project,
            env={
                **self.environment,
                "PYTHONPATH": str(PLUGIN),
                # To start and stop an embedded database takes as long as a mutation's tests.
                "TEST_MONGODB_URI": self.server,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def break_copy(mutation: Mutation, project: Path, folder: Path) -> Path:
    """Return a copy of *project* that the mutation has broken."""
    copy = folder / "broken"
    shutil.copytree(project, copy)
    edited = {mutation.file, *(edit["file"] for edit in mutation.more)}
    texts = {name: (copy / name).read_text("utf-8") for name in edited if (copy / name).exists()}
    for name, text in mutation.apply(texts).items():
        (copy / name).write_text(text, "utf-8")
        for compiled in (copy / name).parent.glob(f"__pycache__/{(copy / name).stem}.*"):
            compiled.unlink()
    return copy


def choose_others(
    record: Trial, enforced: set[str], mutation: Mutation, project: Path
) -> list[str]:
    """Return a cheap test of each *enforced* item that the mutation has nothing to do with.

    What was recorded of another project's tests counts where *project* has them, too.
    """
    concerned = {mutation.item, *mutation.also}
    offers: dict[str, list[str]] = {}
    for name, seen in record.of("passed").items():
        is_there = (project / name.partition("::")[0]).exists()
        if is_there and not concerned & set(seen.items):
            for item in enforced.intersection(seen.items):
                offers.setdefault(item, []).append(name)
    return sorted({min(names, key=record.rank) for names in offers.values()})


def neighbours_of(item: str, items: set[str]) -> set[str]:
    """Return the *items* of the same group, which a mistake is most likely to touch."""
    group = item.partition(".")[0]
    return {each for each in items if each.partition(".")[0] == group}


def _find_tests(project: Path, mutation: Mutation) -> set[str]:
    """Return the files that name the mutation's item; which of their tests carry it is pytest's."""
    return {
        path
        for file in project.glob("tests/**/test_*.py")
        if (path := file.relative_to(project).as_posix()).startswith(
            tuple(name.partition("::")[0] for name in mutation.tests)
        )
        and mutation.item in file.read_text("utf-8")
    }


def _read(report: Path, printed: str) -> Trial:
    # A run that ended before its end wrote nothing.
    told = json.loads(report.read_text("utf-8")) if report.exists() else {}
    return Trial({name: Seen(**each) for name, each in told.items()}, printed)
