"""The recorder sees every answer and log line, and judges only complete runs."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from flask import Flask

from app.decorators import public
from tests.fixtures import queries
from tests.fixtures.accounts import CANARY
from tests.fixtures.api import Api
from tests.fixtures.queries import Query
from tests.plugins import recorder as recorder_module
from tests.plugins.recorder import NAME, Recorder, is_whole
from tests.promises.whole_suite import Call, Record


@pytest.fixture
def recorder(request, monkeypatch) -> Recorder:
    """Return the suite's own recorder, with an empty record while the test runs."""
    recorder = request.config.pluginmanager.get_plugin(NAME)
    monkeypatch.setattr(recorder, "record", Record())
    return recorder


def _config(tmp_path, *arguments, **options):
    return SimpleNamespace(
        rootpath=tmp_path,
        args=list(arguments),
        invocation_params=SimpleNamespace(dir=tmp_path),
        getini=lambda _name: ["tests"],
        getoption=options.get,
    )


def test_an_answer_is_recorded_by_its_route(recorder, api):
    api.get("/health/live")
    assert recorder.record.calls == {Call("GET", "/health/live", 200)}
    assert not recorder.record.faults


def test_what_a_failed_test_was_about_is_kept(recorder, api):
    parameters = {"operation": "GET /about/{thingId}"}
    recorder.pytest_runtest_setup(SimpleNamespace(callspec=SimpleNamespace(params=parameters)))
    api.get("/health/live")
    recorder.pytest_runtest_logreport(SimpleNamespace(failed=False))
    assert recorder.record.disturbed == set()
    recorder.pytest_runtest_logreport(SimpleNamespace(failed=True))
    assert recorder.record.disturbed == {"GET /about/{thingId}", "GET /health/live"}


def test_an_answer_without_a_route_is_checked_too(recorder, api, monkeypatch):
    seen = []
    monkeypatch.setattr(recorder_module, "find_faults", lambda answer: seen.append(answer) or ())
    api.get("/nothing", status=404)
    assert recorder.record.calls == set()
    assert [(answer.rule, answer.status) for answer in seen] == [(None, 404)]


def test_an_answer_that_tells_a_secret_is_noticed(recorder, app, api, monkeypatch):
    monkeypatch.setitem(app.view_functions, "health.live", public(lambda: {"status": CANARY}))
    api.get("/health/live")
    assert set(recorder.record.faults) == {"output.no-secrets"}


@pytest.mark.parametrize(("told", "faults"), [("text", set()), (CANARY, {"output.no-secrets"})])
def test_an_answer_of_a_view_without_a_contract_may_be_anything_but_a_secret(
    recorder, make_app, account, told, faults
):
    app = make_app()
    app.add_url_rule("/late", "late", lambda: told)
    Api(app).get("/late", account)
    assert set(recorder.record.faults) == faults


def test_a_query_of_a_request_is_recorded_and_one_of_a_test_is_not(
    api, account, database, monkeypatch
):
    monkeypatch.setattr(queries, "seen", set())
    database["accounts"].find_one({"displayName": "Minji"})
    api.get("/api/v1/me", account)
    assert Query.of("find", "accounts", {"_id": 1}, ()) in queries.seen
    assert Query.of("find", "accounts", {"displayName": 1}, ()) not in queries.seen


def test_apps_of_the_suites_own_making_are_not_recorded(recorder):
    other = Flask("other")
    other.add_url_rule("/", "index", lambda: CANARY)
    other.test_client().get("/")
    assert recorder.record == Record()


@pytest.mark.parametrize("level", [logging.DEBUG, logging.ERROR])
def test_a_log_line_that_tells_a_secret_is_noticed(recorder, level):
    logging.getLogger("app.somewhere").log(level, "the password is %s", CANARY)
    assert set(recorder.record.faults) == {"output.no-secrets"}


def test_a_traceback_that_tells_a_secret_is_noticed(recorder):
    failure = ValueError(CANARY)
    logging.getLogger("app").error("it failed", exc_info=failure)
    assert set(recorder.record.faults) == {"output.no-secrets"}


def test_a_document_without_timestamps_is_noticed(recorder):
    recorder.look_at("things", [{"_id": 7}])
    assert set(recorder.record.faults) == {"conv.timestamps", "proc.uuid"}


@pytest.mark.parametrize("arguments", [(), ("tests",), (".",), ("tests/",)])
def test_a_run_of_everything_is_whole(tmp_path, arguments):
    assert is_whole(_config(tmp_path, *arguments))


@pytest.mark.parametrize("argument", ["tests/notes", "tests/test_app.py", "tests/x.py::test_y"])
def test_a_run_of_a_part_is_not(tmp_path, argument):
    assert not is_whole(_config(tmp_path, argument))


@pytest.mark.parametrize(
    "option", ["keyword", "markexpr", "lf", "deselect", "ignore_glob", "collectonly"]
)
def test_a_run_that_leaves_tests_out_is_not(tmp_path, option):
    assert not is_whole(_config(tmp_path, "tests", **{option: "something"}))


@pytest.mark.parametrize(("ignored", "whole"), [("tests/mechanics", True), ("tests/notes", False)])
def test_a_run_without_the_mechanics_is_whole(tmp_path, ignored, whole):
    assert is_whole(_config(tmp_path, ignore=[ignored])) is whole


@pytest.fixture
def finished(monkeypatch, tmp_path):
    """Return a function that ends a run with its own recorder: exit status and outcomes."""

    def finish(record, *, arguments=("tests",), exitstatus=0, **circumstances):
        outcomes = {}
        monkeypatch.setattr(
            recorder_module,
            "add_outcome",
            lambda _config, item, name, is_passed: outcomes.update({(item, name): is_passed}),
        )
        ended = Recorder(_config(tmp_path, *arguments))
        ended.record = record
        output = {} if circumstances.get("is_lost") else _output()
        ended.pytest_testnodedown(SimpleNamespace(workeroutput=output))
        ended.pytest_collectreport(
            SimpleNamespace(failed=circumstances.get("is_uncollected", False))
        )
        session = SimpleNamespace(
            exitstatus=exitstatus, shouldfail=False, shouldstop=circumstances.get("is_stopped")
        )
        ended.pytest_sessionfinish(session, exitstatus)
        return ended, session.exitstatus, outcomes

    return finish


def _output():
    return {"answer_record": Record(calls={Call("GET", "/from-a-worker", 200)}).dump()}


def test_a_whole_run_that_left_routes_out_is_red(finished):
    recorder, status, outcomes = finished(Record())
    assert status == pytest.ExitCode.TESTS_FAILED
    name = "tests/promises/whole_suite.py::every route is called"
    assert outcomes["cicd.test-every-api", name] is False
    assert Call("GET", "/from-a-worker", 200) in recorder.record.calls


def test_the_summary_names_what_was_left_out(finished):
    recorder, _, _ = finished(Record())
    lines = []
    reporter = SimpleNamespace(
        section=lines.append, line=lambda text, **_markup: lines.append(text)
    )
    recorder.pytest_terminal_summary(reporter)
    assert "  GET /health/live was never called" in lines


def test_the_summary_of_a_good_run_says_nothing(finished):
    recorder, _, _ = finished(Record(), arguments=("tests/notes",))
    recorder.pytest_terminal_summary(None)
    assert recorder.verdicts == []


@pytest.mark.parametrize(
    "circumstance",
    [
        {"arguments": ("tests/notes",)},
        {"is_stopped": "by hand"},
        {"is_lost": True},
        {"is_uncollected": True, "exitstatus": pytest.ExitCode.TESTS_FAILED},
        {"exitstatus": pytest.ExitCode.INTERRUPTED},
        {"exitstatus": pytest.ExitCode.NO_TESTS_COLLECTED},
    ],
    ids=["a part", "stopped", "a lost process", "uncollected tests", "interrupted", "no tests"],
)
def test_a_run_that_is_not_whole_is_not_judged(finished, circumstance):
    _, status, outcomes = finished(Record(), **circumstance)
    assert status == circumstance.get("exitstatus", 0)
    assert outcomes == {}


def test_a_worker_passes_its_record_on(tmp_path):
    config = _config(tmp_path)
    config.workeroutput = {}
    recorder = Recorder(config)
    recorder.record.calls.add(Call("GET", "/x", 200))
    recorder.pytest_sessionfinish(SimpleNamespace(), 0)
    assert config.workeroutput == {"answer_record": recorder.record.dump()}
