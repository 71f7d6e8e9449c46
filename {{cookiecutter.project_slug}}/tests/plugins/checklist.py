"""Record which checklist items the suite proved, for `make checklist`.

Under xdist the workers run the tests and the controller writes the file: an item's id
travels as a user property of the test's report.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.promises.items import NOT_TRIED, RESULTS, read_items

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROPERTY = "checklist"
_NAME = "checklist-recorder"


class Recorder:
    """Collects outcomes by item."""

    def __init__(self) -> None:
        self.outcomes: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, item_id: str, name: str, *, is_passed: bool) -> None:
        """Add an outcome that belongs to no single test."""
        self.outcomes[item_id][name] = "passed" if is_passed else "failed"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst outcome of a test's phases under each of its items."""
        if report.passed and report.when != "call":
            return
        for name, item_id in report.user_properties:
            if name == _PROPERTY:
                self.outcomes[str(item_id)][report.nodeid] = _outcome_of(report)

    def pytest_sessionfinish(self) -> None:
        """Write the outcomes."""
        RESULTS.write_text(json.dumps(self.outcomes, indent=1, sort_keys=True), encoding="utf-8")


def not_tried(reason: str) -> NoReturn:
    """Skip a test that this machine has no program for; the report says so of its items."""
    pytest.skip(f"{NOT_TRIED}: {reason}")


def _outcome_of(report: pytest.TestReport) -> str:
    # Where a test was skipped, and why.
    if report.skipped and isinstance(report.longrepr, tuple):
        return NOT_TRIED if NOT_TRIED in report.longrepr[2] else report.outcome
    return report.outcome


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and record on the one process that sees all reports."""
    config.addinivalue_line("markers", "checklist(*ids): the checklist items that a test proves")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(), _NAME)


def add_outcome(config: pytest.Config, item_id: str, name: str, *, is_passed: bool) -> None:
    """Add an outcome of the suite as a whole to those of its tests."""
    config.pluginmanager.get_plugin(_NAME).add(item_id, name, is_passed=is_passed)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a marker that names no item: a typo would prove nothing."""
    known = {item.id for item in read_items()}
    for item in items:
        for item_id in _ids_of(item):
            if item_id not in known:
                message = f"{item.nodeid}: the checklist has no item {item_id!r}"
                raise pytest.UsageError(message)
            item.user_properties.append((_PROPERTY, item_id))


def _ids_of(item: pytest.Item) -> Iterator[str]:
    for marker in item.iter_markers("checklist"):
        yield from marker.args
