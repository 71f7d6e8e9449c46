"""Break copies of a project and run its own tests on them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import clean_environment
from tests.servers import external_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pytest

    from tests.mutations.breakages import Mutation

FORKS = Path(__file__).parent / "plugin" / "forks.py"
REPORT = "report.json"
OUTPUT = "printed"
# It takes a real browser and its time, and says of no item what others do not.
LEFT_OUT = "--ignore=tests/mechanics/browser"
# Fixtures that start processes, and wait rather than work.
DEAR = {"start_server", "server", "two_servers", "start_worker", "start_gateway", "watched"}
# All that a run needs of what is installed here.
PLUGINS = ("--disable-plugin-autoload", "-pxdist", "-ppytest_timeout", "-pmutation_witness")


@dataclass(frozen=True)
class Seen:
    """A test: only found, passed, red as it should be, broken in another way, or skipped."""

    items: list[str]
    outcome: str
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


class Projects:
    """Generated projects in a folder that all test processes share, each made once."""

    def __init__(self, folder: Path, server: str, bake: Callable[..., Path]) -> None:
        self.folder = folder
        self.bake = bake
        environment = clean_environment(folder / "home")
        # Each mutation reads some hundred modules, which are compiled once.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        # To start and stop an embedded database takes as long as a mutation's tests.
        self.environment = {**environment, "TEST_MONGODB_URI": server}
        self._forks = subprocess.Popen(
            [sys.executable, str(FORKS)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End what runs the tests."""
        self._forks.communicate(timeout=60)

    def find(self, answers: Mapping[str, str]) -> Path:
        """Return the unbroken project of these answers, compiled."""
        name = "-".join(f"{key}={answer}" for key, answer in sorted(answers.items())) or "default"
        with self._lock(name):
            folder = self.folder / name
            if not folder.exists():
                folder.mkdir()
                project = self.bake(**answers).rename(folder / "my_flask_api")
                self._run(project, folder, "--collect-only")
        return folder / "my_flask_api"

    def tests_of(self, project: Path) -> Trial:
        """Return the tests of an unbroken *project* that prove something."""
        return _read(project.parent)

    def try_out(self, mutation: Mutation, project: Path, others: list[str], folder: Path) -> Trial:
        """Run the tests of a mutation's item, and *others*, on *project*."""
        plan = folder / "plan.json"
        asked = {"item": mutation.item, "tests": mutation.tests, "fails": mutation.fails}
        asked["others"] = others
        plan.write_text(json.dumps(asked), "utf-8")
        names = {name.partition("::")[0] for name in others} | _find_tests(project, mutation)
        self._run(project, folder, f"--witness-plan={plan}", *sorted(names))
        return _read(folder)

    def _run(self, project: Path, folder: Path, *arguments: str) -> None:
        """Run pytest in *project*, which writes down in *folder* what it did."""
        options = [*PLUGINS, "-n0", "-q", "--timeout=60", LEFT_OUT]
        options += ["-p", "no:cacheprovider", f"--witness-report={folder / REPORT}"]
        # It collects garbage for half a second at each end.
        options += ["-p", "no:unraisableexception"]
        request = {"folder": str(project), "output": str(folder / OUTPUT)}
        assert self._forks.stdin
        assert self._forks.stdout
        print(json.dumps({**request, "arguments": [*options, *arguments]}), file=self._forks.stdin)
        self._forks.stdin.flush()
        assert self._forks.stdout.readline() == "ended\n"

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def sharing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, bake: Callable[..., Path]
) -> Iterator[Projects]:
    """Yield the projects in *folder*, which the processes of a run share; each has a database."""
    folder.mkdir(exist_ok=True)
    with (
        external_server(tmp_path_factory.mktemp("data")) as port,
        closing(Projects(folder, f"mongodb://127.0.0.1:{port}", bake)) as projects,
    ):
        yield projects


def break_copy(mutation: Mutation, project: Path, folder: Path) -> Path:
    """Return a copy of *project* that the mutation has broken; what nobody writes to is shared."""
    copy = folder / "broken"
    shutil.copytree(project, copy, copy_function=_link)
    edited = {mutation.file, *(edit["file"] for edit in mutation.more)}
    texts = {name: (copy / name).read_text("utf-8") for name in edited if (copy / name).exists()}
    for name, text in mutation.apply(texts).items():
        (copy / name).unlink()
        (copy / name).write_text(text, "utf-8")
        for compiled in (copy / name).parent.glob(f"__pycache__/{(copy / name).stem}.*"):
            compiled.unlink()
    return copy


def _link(source: str, target: str) -> None:
    if source.endswith((".py", ".pyc")):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def choose_others(tests: Trial, enforced: set[str], mutation: Mutation) -> list[str]:
    """Return a plain test of each *enforced* item that the mutation has nothing to do with."""
    concerned = {mutation.item, *mutation.also}
    offers: dict[str, list[str]] = {}
    for name, seen in tests.tests.items():
        if not concerned & set(seen.items):
            for item in enforced.intersection(seen.items):
                offers.setdefault(item, []).append(name)

    def rank(name: str) -> tuple[bool, int, str]:
        uses = tests.tests[name].uses
        return not DEAR.isdisjoint(uses), len(uses), name

    return sorted({min(names, key=rank) for names in offers.values()})


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


def _read(folder: Path) -> Trial:
    report, printed = folder / REPORT, folder / OUTPUT
    # A run that ended before its end wrote nothing.
    told = json.loads(report.read_text("utf-8")) if report.exists() else {}
    return Trial({name: Seen(**each) for name, each in told.items()}, printed.read_text("utf-8"))
