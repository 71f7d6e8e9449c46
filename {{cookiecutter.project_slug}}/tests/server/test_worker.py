"""What gunicorn answers and logs instead of the app, which test_serve.py tests in processes."""

from __future__ import annotations

import json
import logging
import socket
from http import HTTPStatus
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.http import errors as http_errors
from gunicorn.workers.gthread import ThreadWorker

from app import server
from app.server.connection import SlowRequestError

PROBLEMS = [
    (http_errors.InvalidRequestLine("canary"), 400),
    (http_errors.UnsupportedTransferCoding("canary"), 400),
    (http_errors.LimitRequestLine(9, 8), 414),
    (http_errors.LimitRequestHeaders("canary"), 431),
    (http_errors.ExpectationFailed("canary"), 417),
    (SlowRequestError(), 408),
    (http_errors.InvalidResponseHeader("canary"), 500),
    (RuntimeError("the app is at fault"), 500),
]


@pytest.fixture
def worker() -> server.Worker:
    """Return a worker without a server."""
    worker = server.Worker.__new__(server.Worker)
    worker.log = server.ServerLogger(Config())
    worker.log.error_log = logging.getLogger("tests.server")
    return worker


@pytest.mark.parametrize(("error", "status"), PROBLEMS)
def test_worker_answers_each_error_with_a_problem_document(
    worker: server.Worker, error: Exception, status: int
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker.handle_error(None, ours, None, error)
        head, _, body = theirs.recv(65_536).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(body)["status"] == status


def test_worker_logs_the_kind_of_a_problem_and_nothing_of_the_request(
    worker: server.Worker, caplog: pytest.LogCaptureFixture
) -> None:
    ours, theirs = socket.socketpair()
    with caplog.at_level(logging.INFO), ours, theirs:
        worker.handle_error(None, ours, None, http_errors.InvalidRequestLine("canary"))
    assert caplog.messages == ["refused a request: InvalidRequestLine"]


def test_worker_survives_a_client_that_is_gone(worker: server.Worker) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        worker.handle_error(None, ours, None, http_errors.InvalidRequestLine("canary"))


def test_worker_reports_torn_bodies_as_errors_of_the_client(
    worker: server.Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ThreadWorker, "handle_request", lambda *_: True)
    request = SimpleNamespace(body=None, _expected_100_continue=False)
    assert worker.handle_request(request, SimpleNamespace(sock=None, is_whole=True))
    assert isinstance(request.body, server.Body)


@pytest.mark.parametrize(
    ("error", "lines"),
    [(BlockingIOError, ["a client was silent for 10 seconds"]), (OSError, ["failed"])],
)
def test_a_silent_client_is_not_logged_as_a_failure(
    caplog: pytest.LogCaptureFixture, error: type[OSError], lines: list[str]
) -> None:
    logger = server.ServerLogger(Config())
    logger.error_log = logging.getLogger("tests.server")
    with caplog.at_level(logging.INFO):
        try:
            raise error
        except OSError:
            logger.exception("failed")
    assert caplog.messages == lines
    assert bool(caplog.records[0].exc_info) == (error is OSError)


@pytest.mark.parametrize("status", [400, 414, 417, 431, 500])
def test_problem_has_the_length_of_its_header(status: int) -> None:
    head, _, body = server.refuse(HTTPStatus(status), "an-id").partition(b"\r\n\r\n")
    assert f"\r\nContent-Length: {len(body)}\r\n".encode() in head


#: if cookiecutter.security_headers
def test_server_is_hidden_in_every_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["HTTP/1.1 200 OK\r\n", "Server: gunicorn\r\n", "Connection: close\r\n"]
    response = server.gunicorn_http.wsgi.Response
    monkeypatch.setattr(response, "default_headers", lambda _: lines)
    server.hide_server()
    assert response.default_headers(None) == [lines[0], lines[2]]


#: endif
def test_titles_are_those_of_the_standard() -> None:
    problem = server.refuse(HTTPStatus.REQUEST_URI_TOO_LONG, "an-id")
    assert problem.startswith(b"HTTP/1.1 414 URI Too Long")
