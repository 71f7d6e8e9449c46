"""Clients receive problems answered before their body was read (RFC 9112 section 9.6)."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fixtures.processes import Server

HEADERS: Final = {"Host": "localhost", "X-Forwarded-Proto": "https"}
JSON: Final = {"Content-Type": "application/json"}
LOGIN: Final = "/api/v1/auth/login"
LENGTH: Final = 5_000_000

# Requests that are refused before their body is read, by status.
REFUSED: Final[dict[int, tuple[str, str, dict[str, str]]]] = {
    401: ("PATCH", "/api/v1/me", JSON),
    404: ("POST", "/nothing", JSON),
    405: ("PUT", LOGIN, JSON),
    413: ("POST", LOGIN, JSON),
    415: ("POST", LOGIN, {"Content-Type": "text/plain"}),
}


def head_of(status: int, *more: str) -> bytes:
    """Return the head of the request that is refused with *status*."""
    method, path, headers = REFUSED[status]
    lines = [f"{name}: {text}" for name, text in (HEADERS | headers).items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, *more, "", ""]).encode()


def pieces() -> Iterator[bytes]:
    """Yield a body in pieces, so that it is sent in chunks."""
    for _ in range(LENGTH // 50_000):
        yield bytes(50_000)


@pytest.mark.checklist("output.status")
@pytest.mark.parametrize("status", REFUSED)
@pytest.mark.parametrize("is_chunked", [False, True], ids=["with a length", "in chunks"])
def test_client_that_sends_everything_first_reads_the_problem(
    server: Server, status: int, *, is_chunked: bool
) -> None:
    method, path, headers = REFUSED[status]
    body: Any = pieces() if is_chunked else bytes(LENGTH)
    answer = None
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        with suppress(ConnectionError):
            connection.request(method, path, body, HEADERS | headers, encode_chunked=is_chunked)
            answer = connection.getresponse()
        assert answer is not None, "the client saw a reset and no answer"
        assert (answer.status, json.loads(answer.read())["status"]) == (status, status)
        assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize("status", REFUSED)
def test_client_that_waits_is_refused_without_100_continue(server: Server, status: int) -> None:
    head = head_of(status, f"Content-Length: {LENGTH}", "Expect: 100-continue")
    answer = server.exchange(head)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"\r\nConnection: close\r\n" in answer


def test_client_that_waits_gets_100_continue_if_its_body_is_read(server: Server) -> None:
    body = b"{}"
    head = head_of(413, "Content-Length: 2", "Expect: 100-continue", "Connection: close")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(head)
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert client.recv(1000).startswith(b"HTTP/1.1 422 ")


def test_clients_that_stay_after_their_problem_do_not_delay_others(server: Server) -> None:
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            for _ in range(20)
        ]
        for client in clients:
            client.sendall(head_of(413, f"Content-Length: {LENGTH}") + bytes(1000))
        for client in clients:
            assert client.recv(1000).startswith(b"HTTP/1.1 413 ")
        # If each of them took two seconds of the main thread, this would time out.
        assert server.ask("GET", "/health/live").status == 200
