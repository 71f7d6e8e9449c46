"""Run a choice of a project's tests and write down what became of each.

Loaded into the project's own pytest, whose checklist plugin tells which items a test proves.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

# What the project's plugin calls the items of a test.
ITEM = "checklist"


class Witness:
    """Keeps the tests that are asked for, and what they said.

    The plan names an item, all of whose tests among *tests* run, *others* by their node ids, and
    how a test has to fail. Without a plan every test that proves something runs.
    """

    def __init__(self, plan: dict[str, Any] | None, report: Path) -> None:
        self.plan = plan
        self.fails = plan["fails"] if plan else "AssertionError"
        self.report = report
        self.tests: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[Any]) -> None:
        """Leave out what nobody asked for."""
        config.hook.pytest_deselected(items=[item for item in items if not self._wants(item)])
        items[:] = [item for item in items if self._wants(item)]

    def _wants(self, item: pytest.Item) -> bool:
        proved = {text for name, text in item.user_properties if name == ITEM}
        if self.plan is None:
            return bool(proved)
        if self.plan["item"] in proved:
            return item.nodeid.startswith(tuple(self.plan["tests"]))
        return item.nodeid in self.plan["others"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: Any) -> None:
        """Begin to count a test's work, which differs less than its time from run to run."""
        item.work = spent_seconds()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: pytest.CallInfo[None]) -> Any:
        """Note how a test failed: one that cannot even run proves nothing."""
        report = (yield).get_result()
        report.uses = list(getattr(item, "fixturenames", ()))
        now = spent_seconds()
        report.spent, item.work = now - item.work, now
        if call.excinfo is not None:
            kinds = {each.__name__ for each in call.excinfo.type.__mro__}
            # What ran out of time says nothing, though it says so as pytest.fail() does.
            if "Failed" in kinds and not str(call.excinfo.value).startswith("Timeout"):
                kinds.add("AssertionError")
            report.is_as_planned = call.when == "call" and self.fails in kinds
            report.said = call.excinfo.exconly()[:300]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep the worst of a test's phases."""
        seen = self.tests.setdefault(
            report.nodeid,
            {"outcome": "passed", "seconds": 0.0, "waited": 0.0, "uses": [], "said": ""},
        )
        seen["items"] = [text for name, text in report.user_properties if name == ITEM]
        seen["uses"] = report.uses
        seen["seconds"] += report.spent
        seen["waited"] += max(0, report.duration - report.spent)
        if report.failed and seen["outcome"] == "passed":
            seen["outcome"] = "red" if report.is_as_planned else "broken"
            seen["said"] = report.said
        elif report.skipped:
            seen["outcome"] = "skipped"

    def pytest_sessionfinish(self) -> None:
        """Write it down."""
        self.report.write_text(json.dumps(self.tests, indent=1), encoding="utf-8")


def spent_seconds() -> float:
    """Return what this process and the ended ones that it started have worked so far."""
    return sum(os.times()[:4])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take where the plan is and where the report goes."""
    parser.addoption("--witness-plan", type=Path)
    parser.addoption("--witness-report", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch; of several processes, the one that hears of all tests writes."""
    plan, report = config.getoption("--witness-plan"), config.getoption("--witness-report")
    if hasattr(config, "workerinput"):
        report = Path("/dev/null")
    asked = json.loads(plan.read_text("utf-8")) if plan else None
    config.pluginmanager.register(Witness(asked, report), "mutation-witness")
