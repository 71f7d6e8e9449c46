"""The report on the checklist and its exit code are right."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.promises import report
from tests.promises.items import PROJECT, Item, read_items

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = [
    Item("a.kept", "A", "Keep this.", "enforced", ""),
    Item("a.off", "A", "Keep that.", "off", "feature = no"),
    Item("b.yours", "B", "Do this.", "yours", "Look after it."),
]
NOTED = Item("a.kept", "A", "Keep this.", "enforced", "Look after the rest.")


class Report(Protocol):
    """Report on outcomes by item and test; return the exit code."""

    def __call__(self, outcomes: dict[str, dict[str, str]]) -> int: ...


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that a report reads and writes instead of the project's own."""
    monkeypatch.setattr(report, "PROJECT", tmp_path)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(report, "read_items", lambda: ITEMS)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Report:
    """Return a maker of reports on ITEMS."""

    def run(outcomes: dict[str, dict[str, str]]) -> int:
        (folder / "results.json").write_text(json.dumps(outcomes), encoding="utf-8")
        return report.main()

    return run


def test_an_enforced_item_says_what_no_test_sees():
    assert report.Row(NOTED, passed=1, failed=0, untried=0).result == "passed; Look after the rest."
    assert report.Row(NOTED, passed=0, failed=0, untried=0).result == "no test"


def test_the_report_succeeds_if_each_enforced_item_has_a_passing_test(run, capsys):
    assert run({"a.kept": {"test_one": "passed"}}) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert [re.split(r"\s{2,}", line) for line in printed.out.splitlines()] == [
        ["Item", "State", "Tests", "Result"],
        ["a.kept", "enforced", "1", "passed"],
        ["a.off", "off by answer", "0", "feature = no"],
        ["b.yours", "yours to do", "0", "Look after it."],
    ]


def test_an_exemption_stands_beside_its_item(run, capsys, monkeypatch):
    reason = "The format is another service's."
    monkeypatch.setattr(report, "EXEMPTIONS", {("a.kept", "GET /feed"): reason})
    assert run({"a.kept": {"test_one": "passed"}}) == 0
    told = rf"^a\.kept +enforced +1 +passed; but for GET /feed: {reason}$"
    assert re.search(told, capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(
    ("outcomes", "tests", "result"),
    [
        ({}, 0, "no test"),
        ({"test_one": "skipped"}, 0, "no test"),
        ({"test_one": "failed"}, 1, "failed"),
        ({"test_one": "passed", "test_two": "failed"}, 2, "failed"),
        ({"test_one": "not tried here", "test_two": "failed"}, 1, "failed"),
    ],
    ids=["no test", "skipped", "failed", "one of two failed", "failed where it was tried"],
)
def test_an_enforced_item_without_proof_is_named_and_fails(run, capsys, outcomes, tests, result):
    assert run({"a.kept": outcomes}) == 1
    printed = capsys.readouterr()
    assert printed.err == "\nNot kept: a.kept\n"
    assert re.search(rf"^a\.kept +enforced +{tests} +{result}$", printed.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("outcomes", "row"),
    [
        ({"test_one": "not tried here"}, ["not tried here", "0", "1 not tried here"]),
        (
            {"test_one": "passed", "test_two": "not tried here"},
            ["enforced", "1", "passed, 1 not tried here"],
        ),
    ],
    ids=["none", "one of two"],
)
def test_an_item_that_this_machine_cannot_try_is_not_said_to_be_kept(run, capsys, outcomes, row):
    assert run({"a.kept": outcomes}) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("a.kept")]
    assert re.split(r"\s{2,}", line) == ["a.kept", *row]


def test_a_failing_test_counts_whoever_keeps_the_item(run, capsys):
    outcomes = {"a.kept": {"test_one": "passed"}, "a.off": {"test_two": "failed"}}
    assert run(outcomes) == 1
    assert capsys.readouterr().err == "\nNot kept: a.off\n"


def test_without_a_run_there_is_no_report(folder, capsys):
    assert report.main() == 1
    assert "run the suite first" in capsys.readouterr().err
    assert not (folder / "CHECKLIST.md").exists()


def test_the_document_has_a_table_for_each_group(run, folder):
    run({"a.kept": {"test_one": "passed", "test_two": "passed"}})
    lines = (folder / "CHECKLIST.md").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("## ")] == ["## A", "## B"]
    assert [line for line in lines if line.startswith("| `")] == [
        "| `a.kept` | Keep this. | enforced | 2 | passed |",
        "| `a.off` | Keep that. | off by answer | 0 | feature = no |",
        "| `b.yours` | Do this. | yours to do | 0 | Look after it. |",
    ]


def test_the_command_writes_the_document_of_every_item(tmp_path):
    shutil.copytree(PROJECT / "tests" / "promises", tmp_path / "tests" / "promises")
    shutil.copy(PROJECT / "tests" / "project.py", tmp_path / "tests")
    items = read_items()
    kept = {item.id: {"test_one": "passed"} for item in items if item.state == "enforced"}
    missing = next(iter(kept))
    for outcomes, code, error in (
        (kept, 0, ""),
        ({**kept, missing: {}}, 1, f"\nNot kept: {missing}\n"),
    ):
        (tmp_path / ".checklist.json").write_text(json.dumps(outcomes), encoding="utf-8")
        command = [sys.executable, "-m", "tests.promises.report"]
        # An owner's tests/project.py may import whatever the project has.
        variables = {**os.environ, "PYTHONPATH": str(PROJECT)}
        done = subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (code, error)
        document = (tmp_path / "CHECKLIST.md").read_text("utf-8")
        assert re.findall(r"^\| `([\w.-]+)` \|", document, re.MULTILINE) == [
            item.id for item in items
        ]


def test_items_have_different_names_and_say_what_is_left_to_do():
    items = read_items()
    assert len({item.id for item in items}) == len(items)
    for item in items:
        assert item.state in report.STATES, item.id
        assert item.note or item.state == "enforced", item.id
        assert "|" not in item.rule + item.note, item.id
