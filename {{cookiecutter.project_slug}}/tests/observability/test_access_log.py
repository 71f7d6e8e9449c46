"""Lines of gunicorn have the same form as all others."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from app.observability.access_log import AccessLogger


@pytest.fixture
def logger():
    """Return a logger that writes its access log into a string."""
    logger = AccessLogger(Config())
    handler = logging.StreamHandler(StringIO())
    logger.access_log.handlers = [handler]
    logger.lines = lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    return logger


def test_the_servers_own_lines_go_to_the_apps_handlers(logger):
    assert logger.error_log.handlers == []
    assert logger.error_log.propagate


def test_an_answer_is_one_line(logger):
    answer = SimpleNamespace(status="204 No Content", sent=5)
    logger.access(answer, None, {"REMOTE_ADDR": "::1"}, timedelta(seconds=1.5))
    (line,) = logger.lines()
    told = {name: line[name] for name in ("status", "bytes", "durationMs", "address")}
    assert told == {"status": 204, "bytes": 5, "durationMs": 1500.0, "address": "::1"}


def test_a_refused_request_is_one_line(logger):
    logger.refused(431, "LimitRequestHeaders", "an-id", ("192.0.2.1", 7))
    (line,) = logger.lines()
    assert (line["status"], line["reason"]) == (431, "LimitRequestHeaders")
    assert (line["requestId"], line["address"]) == ("an-id", "192.0.2.1")


def test_a_failure_outside_the_app_is_one_line_and_its_traceback(logger, caplog):
    logger.failed(RuntimeError("broken"), "an-id", "a socket's file")
    (line,) = logger.lines()
    assert (line["status"], line["reason"], line["address"]) == (500, "RuntimeError", None)
    assert caplog.messages == ["failed outside the app"]
    assert caplog.records[0].exc_info
