"""Record what the suite's apps answer, log and store, and compare it with the checklist.

Promises such as "every route is called" need the whole suite: they are judged after a complete run,
in the process that knows of all tests, and a broken one fails the run by name. A run of some tests
judges nothing.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from flask import g, request, request_finished

from app.openapi.parameters import path_of
from tests.fixtures import queries
from tests.plugins.checklist import add_outcome
from tests.promises.answers import Answer, find_faults, find_in_document, find_in_log
from tests.promises.whole_suite import Call, Record, Verdict, judge, read_documented

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Flask, Response

    from app.operations import Operation

NAME: Final = "answer-recorder"
_OUTPUT: Final = "answer_record"
_APP: Final = "app"
_FINISHED: Final = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)

# What tests the servers, dev/ and the suite itself sees nothing that the promises do not see.
_MECHANICS: Final = "tests/mechanics"

# Options that leave tests out.
_SELECTIONS: Final = (
    "keyword",
    "markexpr",
    "lf",
    "deselect",
    "ignore_glob",
    "collectonly",
    "stepwise",
)


class Recorder(logging.Handler):
    """Sees every answer of every app in this process, and every line that the app logs."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__()
        self.config = config
        self.record = Record()
        self.verdicts: list[Verdict] = []
        self.lost_processes = 0
        # What the test that runs is about, and what it has called so far.
        self._touched: set[str] = set()
        self.uncollected = 0

    def watch(self, sender: Flask, response: Response, **_: Any) -> None:
        """Check an answer of the project's app; apps that tests make by hand are ignored."""
        g.answered = True
        if sender.import_name != _APP:
            return
        rule = request.url_rule.rule if request.url_rule else None
        if rule is not None:
            self.record.calls.add(Call(request.method, rule, response.status_code))
            self._touched.add(f"{request.method} {path_of(rule)}")
        body = b"" if response.direct_passthrough else response.get_data()
        operation: Operation | None = g.get("operation")
        is_raw = operation is not None and operation.is_raw
        gives = operation.gives if operation is not None else ()
        answer = (request.method, rule, response.status_code, response.headers, body, is_raw, gives)
        self.record.add_faults(find_faults(Answer(*answer)))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Remember which operation a test is about."""
        parameters: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
        self._touched = {str(parameters["operation"])} if "operation" in parameters else set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test was about that failed: it may have been about to see more."""
        if report.failed:
            self.record.disturbed |= self._touched

    def emit(self, record: logging.LogRecord) -> None:
        """Check a log line and its traceback; lines of tests are ignored."""
        if record.name.startswith("tests."):
            return
        self.record.add_faults(find_in_log(record.name, self.format(record)))

    def look_at(self, collection: str, documents: Iterable[Mapping[str, Any]]) -> None:
        """Check the documents that a test stored."""
        for document in documents:
            self.record.add_faults(find_in_document(collection, document))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the record of a worker."""
        output = getattr(node, "workeroutput", {})
        if _OUTPUT in output:
            self.record.add(output[_OUTPUT])
        else:
            self.lost_processes += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notice tests that could not be collected."""
        self.uncollected += report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Pass the record to the controller, or judge it there."""
        self.record.queries |= queries.seen
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[_OUTPUT] = self.record.dump()
            return
        is_cut_short = session.shouldfail or session.shouldstop
        is_cut_short = is_cut_short or self.lost_processes or self.uncollected
        if exitstatus not in _FINISHED or is_cut_short or not is_whole(self.config):
            return
        self.verdicts = judge(self.record, read_documented())
        for verdict in self.verdicts:
            name = f"tests/promises/whole_suite.py::{verdict.promise}"
            if verdict.item:
                add_outcome(self.config, verdict.item, name, is_passed=not verdict.faults)
        if any(verdict.faults for verdict in self.verdicts):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the promises that the suite as a whole did not keep."""
        broken = [verdict for verdict in self.verdicts if verdict.faults]
        if not broken:
            return
        terminalreporter.section("the suite as a whole")
        for verdict in broken:
            item = f"{verdict.item}: " if verdict.item else ""
            terminalreporter.line(f"FAILED {item}{verdict.promise}", red=True)
            for fault in verdict.faults:
                terminalreporter.line(f"  {fault}")


def is_whole(config: pytest.Config) -> bool:
    """Tell whether the run includes every promise and every test of the owner's."""
    everything = {config.rootpath, *(config.rootpath / path for path in config.getini("testpaths"))}
    asked = {Path(config.invocation_params.dir, argument).resolve() for argument in config.args}
    is_selecting = any(config.getoption(option, None) for option in _SELECTIONS)
    ignored = {*(config.getoption("ignore", None) or ())}
    return asked <= everything and not is_selecting and ignored <= {_MECHANICS}


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch."""
    recorder = Recorder(config)
    config.pluginmanager.register(recorder, NAME)
    request_finished.connect(recorder.watch)
    logging.getLogger().addHandler(recorder)
    # Without a level the app's INFO lines would not reach this handler.
    logging.getLogger(_APP).setLevel(logging.DEBUG)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop watching."""
    recorder = config.pluginmanager.unregister(name=NAME)
    logging.getLogger().removeHandler(recorder)
    request_finished.disconnect(recorder.watch)
