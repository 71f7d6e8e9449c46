"""Run a choice of a project's tests and write down what became of each.

Loaded into the project's own pytest, whose checklist plugin tells which items a test proves.
"""

from __future__ import annotations

import json
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
        """Leave out what nobody asked for, and keep what was found."""
        config.hook.pytest_deselected(items=[item for item in items if not self._wants(item)])
        items[:] = [item for item in items if self._wants(item)]
        for item in items:
            proved = [text for name, text in item.user_properties if name == ITEM]
            found = {"items": proved, "outcome": "found", "uses": item.fixturenames, "said": ""}
            self.tests[item.nodeid] = found

    def _wants(self, item: pytest.Item) -> bool:
        proved = {text for name, text in item.user_properties if name == ITEM}
        if self.plan is None:
            return bool(proved)
        if self.plan["item"] in proved:
            return item.nodeid.startswith(tuple(self.plan["tests"]))
        return item.nodeid in self.plan["others"]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Any:
        """Note how a test failed: one that cannot even run proves nothing."""
        report = (yield).get_result()
        if call.excinfo is not None:
            kinds = {each.__name__ for each in call.excinfo.type.__mro__}
            # What ran out of time says nothing, though it says so as pytest.fail() does.
            if "Failed" in kinds and not str(call.excinfo.value).startswith("Timeout"):
                kinds.add("AssertionError")
            report.is_as_planned = call.when == "call" and self.fails in kinds
            report.said = call.excinfo.exconly()[:300]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep the worst of a test's phases."""
        seen = self.tests[report.nodeid]
        if report.skipped:
            seen["outcome"] = "skipped"
        elif report.passed and report.when == "call":
            seen["outcome"] = "passed"
        elif report.failed and seen["outcome"] in {"found", "passed"}:
            seen["outcome"] = "red" if report.is_as_planned else "broken"
            seen["said"] = report.said

    def pytest_sessionfinish(self) -> None:
        """Write it down."""
        self.report.write_text(json.dumps(self.tests, indent=1), encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take where the plan is and where the report goes."""
    parser.addoption("--witness-plan", type=Path)
    parser.addoption("--witness-report", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch."""
    plan, report = config.getoption("--witness-plan"), config.getoption("--witness-report")
    asked = json.loads(plan.read_text("utf-8")) if plan else None
    config.pluginmanager.register(Witness(asked, report), "mutation-witness")
