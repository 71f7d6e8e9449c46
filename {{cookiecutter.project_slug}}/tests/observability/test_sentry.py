"""Error reports have class, place, request and route, and nothing else."""

from __future__ import annotations

import pytest
import sentry_sdk

from app.decorators import public
from app.observability import sentry
from tests.fixtures.accounts import CANARY
from tests.fixtures.api import Api

# In an exception's message, the suite's recorder would take CANARY for a leak of the app.
WORDS = "what a customer wrote"


@pytest.fixture
def app(make_app, collector):
    """Return an app that reports to the collector; /failing fails, and /own fails for callers."""

    def fail():
        raise ValueError(WORDS)

    def fail_for_anybody():
        fail()

    app = make_app(SENTRY_DSN=collector.dsn, RELEASE="1.2.3")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/failing", "failing", public(fail_for_anybody))
    app.add_url_rule("/own", "own", fail)
    yield app
    sentry_sdk.get_client().close()
    sentry_sdk.init()


def test_a_failure_is_reported_with_its_request_and_route(app, collector):
    answer = Api(app).get("/failing", headers={"User-Agent": CANARY}, status=500)
    sentry_sdk.flush()
    (event,) = collector.events
    assert event["tags"]["request_id"] == answer.headers["X-Request-ID"]
    assert event["tags"]["route"] == event["transaction"] == "/failing"
    assert (event["release"], event["environment"]) == ("1.2.3", "testing")
    assert set(event) <= sentry.TOLD
    error = event["exception"]["values"][-1]
    assert (error["type"], error["value"]) == ("ValueError", "")
    assert error["stacktrace"]["frames"][-1]["function"] == "fail"
    told = str(event)
    assert CANARY not in told
    assert WORDS not in told.replace(f"raise ValueError({WORDS!r})", "")


def test_a_server_on_this_machine_is_reached_without_a_proxy(request, collector, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    Api(request.getfixturevalue("app")).get("/failing", status=500)
    sentry_sdk.flush()
    assert collector.events


def test_the_account_is_named_by_its_id(app, collector, account):
    Api(app).get("/own", account, status=500)
    sentry_sdk.flush()
    (event,) = collector.events
    assert event["user"] == {"id": str(account.id)}


def test_a_failure_outside_of_requests_is_reported_and_a_plain_line_is_not(app, collector):
    app.logger.error("a line alone")
    app.logger.error("failed", exc_info=OSError(WORDS))
    sentry_sdk.flush()
    (event,) = collector.events
    assert event["tags"] == {"logger": "app"}
    assert event["exception"]["values"][0]["type"] == "OSError"


def test_two_apps_of_one_process_report_once(app, collector, make_app):
    make_app(SENTRY_DSN=collector.dsn)
    app.logger.error("failed", exc_info=OSError(WORDS))
    sentry_sdk.flush()
    assert len(collector.events) == 1
