"""The gateway before the real app: what it refuses by itself, and what it tells the app."""

from __future__ import annotations

import json
import re
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

#: if cookiecutter.throttling
import limits
#: endif
import pytest

from app import errors
#: if cookiecutter.security_headers
from app.hooks.security_headers import HSTS, PROBLEM_HEADERS
#: endif
from config.base import Base
from config.environment import PROJECT
from tests.fixtures.gateway import CONFIGURATION, describe_problem

if TYPE_CHECKING:
    from tests.fixtures.gateway import Gateway, StartGateway
    from tests.fixtures.processes import Server

    Answer = tuple[int, dict[str, list[str]], dict[str, Any]]

pytestmark = pytest.mark.checklist("input.gateway")

ME: Final = "/api/v1/me"
LINE: Final = b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\n"
POST: Final = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\n"
END: Final = b"Connection: close\r\n\r\n"

MALFORMED: Final = errors.MalformedRequestError()
NOT_FOUND: Final = errors.NotFoundError()
TOO_LARGE: Final = errors.ContentTooLargeError()
# Where the app runs behind it.
#: if cookiecutter.deploy == "docker"
DEPLOYMENTS: Final = ("compose.yaml", "deploy/stack.yaml")
#: else
DEPLOYMENTS: Final = ("compose.yaml", "deploy/kubernetes/base/app.yaml")
#: endif
# What the gateway refuses before the app has seen it, and as which problem.
REFUSED: Final[dict[str, tuple[bytes, errors.Problem | HTTPStatus]]] = {
    "garbage": (b"\x00\xff garbage\r\n\r\n", MALFORMED),
    "an unknown version": (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", MALFORMED),
    "no host": (b"GET /api/v1/me HTTP/1.1\r\n\r\n", MALFORMED),
    "an unknown coding": (POST + b"Transfer-Encoding: canary\r\n" + END, MALFORMED),
    "another host": (
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n" + END,
        errors.UnknownHostError(),
    ),
    "a probe": (b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n" + END, NOT_FOUND),
    "its own place": (b"GET /-problem/x HTTP/1.1\r\nHost: localhost\r\n" + END, NOT_FOUND),
    "a long body": (POST + b"Content-Length: 65537\r\n" + END, TOO_LARGE),
    "chunks that become long": (
        POST + b"Transfer-Encoding: chunked\r\n" + END + b"10001\r\n" + bytes(65_537),
        TOO_LARGE,
    ),
    "a long line": (
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        HTTPStatus.REQUEST_URI_TOO_LONG,
    ),
    "a long header": (
        LINE + b"X: " + b"a" * 9000 + b"\r\n\r\n",
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    ),
}


def test_what_the_app_bounds_too_has_the_same_bound() -> None:
    text = CONFIGURATION.read_text("utf-8")
    defaults = {name: field.default for name, field in Base.model_fields.items()}
    assert f"client_max_body_size {defaults['MAX_BODY_BYTES']};" in text
    assert f"keepalive_timeout {defaults['KEEPALIVE_SECONDS']}s;" in text
    #: if cookiecutter.throttling
    (limit,) = limits.parse_many(defaults["RATELIMIT_DEFAULT"])
    assert f"zone=quota:10m rate={limit.amount * 60 // limit.get_expiry()}r/m;" in text
    #: endif


def send(gateway: Gateway, request: bytes) -> Answer:
    """Send bytes; return the answer's status, headers by lower-case name, and document."""
    head, _, body = gateway.exchange(request).decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers: dict[str, list[str]] = {}
    for name, _, text in (line.partition(": ") for line in lines):
        headers.setdefault(name.lower(), []).append(text)
    return int(status.split()[1]), headers, json.loads(body)


@pytest.mark.parametrize("what", REFUSED)
def test_its_own_refusals_are_the_apps_problem_documents(gateway: Gateway, what: str) -> None:
    request, problem = REFUSED[what]
    status, headers, document = send(gateway, request)
    (request_id,) = headers["x-request-id"]
    assert document == describe_problem(problem, request_id)
    assert status == document["status"]
    assert headers["content-type"] == ["application/problem+json"]
    assert headers["cache-control"] == ["no-store"]
    #: if cookiecutter.security_headers
    assert "server" not in headers
    for name, text in (*PROBLEM_HEADERS, HSTS):
        assert headers[name.lower()] == [text], name
    #: endif


def test_trace_is_refused_with_the_methods_that_there_are(gateway: Gateway) -> None:
    answer = gateway.ask("TRACE", ME)
    assert (answer.status, "GET" in answer.headers["Allow"]) == (405, True)
    problem = errors.MethodNotAllowedError(())
    assert json.loads(answer.body) == describe_problem(problem, answer.headers["X-Request-ID"])


def test_no_spelling_of_a_probe_reaches_it(gateway: Gateway) -> None:
    for path in ("/health/ready", "//health/live", "/%68ealth/live", "/a/../health/live"):
        answer = gateway.ask("GET", path)
        assert (answer.status, b"release" in answer.body) == (404, False), path
    whole = b"GET https://localhost/health/live HTTP/1.1\r\nHost: localhost\r\n" + END
    assert send(gateway, whole)[0] == 404


def test_an_app_that_is_away_is_503(start_gateway: StartGateway) -> None:
    answer = start_gateway().ask("GET", ME)
    assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
    problem = errors.ServiceUnavailableError()
    assert json.loads(answer.body) == describe_problem(problem, answer.headers["X-Request-ID"])


def test_an_app_that_does_not_answer_is_504(start_gateway: StartGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = start_gateway(silent.getsockname()[1]).ask("GET", ME)
    document = json.loads(answer.body)
    assert (answer.status, document["status"]) == (504, 504)
    assert document["requestId"] == answer.headers["X-Request-ID"]
    assert document.keys() == describe_problem(MALFORMED, "").keys()


def test_the_request_id_is_the_same_on_both_sides(gateway: Gateway, server: Server) -> None:
    own = str(uuid4())
    for offered, is_taken in ((own, True), (own.upper(), False), ("canary", False)):
        for path in (ME, "/health/live"):
            answer = gateway.ask("GET", path, X_Request_ID=offered)
            told = answer.headers.get_all("X-Request-ID")
            assert told == [json.loads(answer.body)["requestId"]]
            assert (told == [offered]) is is_taken
    server.read_log(own)


def test_the_app_learns_the_address_and_no_client_can_forge_it(
    gateway: Gateway, server: Server
) -> None:
    gateway.client = "127.0.0.9"
    names = ("X_Forwarded_For", "X_Real_IP", "X_Client_IP", "Forwarded")
    forged = dict.fromkeys(names, "198.51.100.7") | {"X_Forwarded_Proto": "http"}
    answer = gateway.ask("POST", "/api/v1/auth/signup", {}, **forged)
    assert answer.status == 422
    log = server.read_log(answer.headers["X-Request-ID"], "127.0.0.9")
    assert "198.51.100.7" not in log


def test_no_stranger_puts_a_path_before_the_links(gateway: Gateway) -> None:
    # With a cookie, so that it is no answer kept before.
    answer = gateway.ask("GET", "/openapi.json", Cookie="a=b", X_Forwarded_Prefix="/forged")
    assert json.loads(answer.body)["servers"] == [{"url": "/"}]


@pytest.mark.checklist("input.no-secret-url")
def test_query_strings_and_headers_appear_in_no_log_line(start_gateway: StartGateway) -> None:
    gateway = start_gateway()
    canary = {"Authorization": "Bearer canary", "Referer": "https://canary.example/"}
    for path in ("/api/v1/me?token=canary", "/health/live?token=canary", "/openapi.json?canary"):
        gateway.ask("GET", path, **canary)
    for request in (LINE + b"X: canary" + b"a" * 9000 + b"\r\n\r\n", b"garbage?canary\r\n\r\n"):
        gateway.exchange(request)
    gateway.await_output("GET /api/v1/me", "GET /health/live", '"status":431')
    assert "canary" not in gateway.read_log("GET /openapi.json")


def test_a_request_reaches_the_app_when_all_of_it_is_there(start_gateway: StartGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as app:
        app.settimeout(20)
        gateway = start_gateway(app.getsockname()[1])
        with gateway.connect() as slow, gateway.connect() as quick:
            slow.sendall(POST + b"Content-Length: 6\r\n\r\nfir")
            quick.sendall(LINE + END)
            assert receive(app).startswith(b"GET ")
            slow.sendall(b"st!")
            request = receive(app)
    assert request.startswith(b"POST ")
    assert request.endswith(b"\r\n\r\nfirst!")


@pytest.mark.parametrize("path", DEPLOYMENTS)
def test_the_app_counts_the_gateway_as_its_one_proxy(path: str) -> None:
    text = (PROJECT / path).read_text("utf-8")
    assert re.findall(r"TRUSTED_PROXIES\b\D+(\d+)", text) == ["1"]


def receive(app: socket.socket) -> bytes:
    """Return what comes at once on the next connection."""
    connection = app.accept()[0]
    with connection:
        return connection.recv(65_536)
