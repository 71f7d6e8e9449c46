"""The production server keeps working when clients or its database are slow or silent."""

from __future__ import annotations

import json
import resource
import select
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pytest
#: if cookiecutter.mail
from pymongo import MongoClient
#: endif

from app.server.loop import OWN_FILES
from config.base import Base
from config.testing import Testing
from dev import ports
from dev.children import child
from dev.database import is_up
#: if cookiecutter.mail
from tests.fixtures.sign_ups import confirm_stored
#: endif

if TYPE_CHECKING:
    import http.client
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fixtures.processes import Server, StartServer

HTTPS: Final = {"X_Forwarded_Proto": "https"}
HEAD: Final = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
    b"Content-Type: application/json\r\n"
)
SIZED: Final = HEAD + b"Content-Length: 2\r\n\r\n{"
CHUNKED: Final = HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1"
# Incomplete requests, and how they are answered.
UNFINISHED: Final = {
    "half a line": (b"GET /health", b"/live HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
    "half a head": (HEAD, b"Content-Length: 2\r\n\r\n{}", 422),
    "half a body": (SIZED, b"}", 422),
    "half the chunks": (CHUNKED, b"\r\n}\r\n0\r\n\r\n", 422),
}
# Far more connections than threads.
CLIENTS: Final = 8
CALLERS: Final = 24
PATIENCE: Final = 30


class Clients:
    """Connections to a server that stay open until the test ends."""

    def __init__(self, server: Server, stack: ExitStack) -> None:
        self.server = server
        self.stack = stack

    def connect(self, sent: bytes = b"") -> socket.socket:
        """Connect, and send what may be an incomplete request."""
        address = ("127.0.0.1", self.server.port)
        client = self.stack.enter_context(socket.create_connection(address, timeout=PATIENCE))
        client.sendall(sent)
        return client


@pytest.fixture
def open_files() -> Iterator[ExitStack]:
    """Return a stack that is closed with the test."""
    with ExitStack() as stack:
        yield stack


def read_answer(client: socket.socket) -> tuple[int, bytes]:
    """Return the status and the body of one answer."""
    with client.makefile("rb") as file:
        status = int(file.readline().split()[1])
        length = 0
        while (line := file.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return status, file.read(length)


def read_all(client: socket.socket) -> bytes:
    """Return everything until the server closes."""
    with client.makefile("rb") as file:
        return file.read()


def test_slow_or_silent_clients_do_not_delay_others(
    start_server: StartServer, open_files: ExitStack
) -> None:
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1")
    assert server.ask("GET", "/health/ready").status == 200
    clients = Clients(server, open_files)
    silent = [clients.connect() for _ in range(2 * CLIENTS)]
    slow = {
        what: [clients.connect(begun) for _ in range(CLIENTS)]
        for what, (begun, _, _) in UNFINISHED.items()
    }
    # While the server waits for all of them.
    assert server.ask("GET", "/health/live").status == 200
    assert server.ask("GET", "/api/v1/me", **HTTPS).status == 401
    for what, (_, rest, status) in UNFINISHED.items():
        for client in slow[what]:
            client.sendall(rest)
            assert read_answer(client)[0] == status, what
    silent[0].sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert read_answer(silent[0])[0] == 200


def test_idle_connections_are_closed_for_new_ones_the_oldest_first(
    start_server: StartServer, open_files: ExitStack
) -> None:
    files = OWN_FILES + 40
    limited = f"""
import resource, runpy
resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))
runpy.run_module("gunicorn", run_name="__main__", alter_sys=True)
"""
    server = start_server("-c", limited)
    clients = Clients(server, open_files)
    idle = [clients.connect() for _ in range(2 * files)]
    assert server.ask("GET", "/health/live").status == 200
    assert read_all(idle[0]) == b""
    idle[-1].sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert read_answer(idle[-1])[0] == 200


def test_server_raises_its_limit_of_open_files(start_server: StartServer) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limited = f"""
import resource, runpy
resource.setrlimit(resource.RLIMIT_NOFILE, (140, {hard}))
runpy.run_module("gunicorn", run_name="__main__", alter_sys=True)
"""
    server = start_server("-c", limited)
    with ExitStack() as stack:
        clients = Clients(server, stack)
        idle = [clients.connect() for _ in range(140)]
        assert server.ask("GET", "/health/live").status == 200
        idle[0].sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_answer(idle[0])[0] == 200


def test_requests_that_are_not_complete_in_time_are_refused(
    start_server: StartServer, open_files: ExitStack
) -> None:
    server = start_server(
        "-m", "gunicorn", TRUSTED_PROXIES="1", REQUEST_HEAD_SECONDS="1", REQUEST_BODY_SECONDS="1"
    )
    clients = Clients(server, open_files)
    silent = clients.connect()
    slow = {what: clients.connect(begun) for what, (begun, _, _) in UNFINISHED.items()}
    slow["a byte now and then"] = clients.connect(SIZED.replace(b": 2", b": 2000"))
    while not select.select([slow["a byte now and then"]], [], [], 0.05)[0]:
        slow["a byte now and then"].sendall(b" ")
    for what, client in slow.items():
        head, _, body = read_all(client).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n"), what
        assert b"\r\nConnection: close\r\n" in head, what
        assert b"\r\nContent-Type: application/problem+json\r\n" in head, what
        #: if cookiecutter.security_headers
        assert b"\r\nserver:" not in head.lower(), what
        assert b"\r\nX-Content-Type-Options: nosniff" in head, what
        #: endif
        assert json.loads(body)["status"] == 408, what
    assert read_all(silent) == b""


def test_continue_is_sent_once_and_pipelined_requests_are_answered_in_order(
    start_server: StartServer, open_files: ExitStack
) -> None:
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1")
    client = Clients(server, open_files).connect(
        SIZED.replace(b"\r\n\r\n{", b"\r\nExpect: 100-continue\r\n\r\n")
    )
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    live = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
    client.sendall(b"{}" + live + b"\r\n" + live + b"Connection: close\r\n\r\n")
    answers = read_all(client)
    assert [int(part[:3]) for part in answers.split(b"HTTP/1.1 ")[1:]] == [422, 200, 200]


def test_a_connection_is_kept_longer_than_balancers_keep_it(
    start_server: StartServer, open_files: ExitStack
) -> None:
    assert Testing().KEEPALIVE_SECONDS > 60
    server = start_server("-m", "gunicorn", KEEPALIVE_SECONDS="1")
    client = Clients(server, open_files).connect()
    for _ in range(2):
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_answer(client)[0] == 200
    assert client.recv(1) == b""


def test_a_server_that_ends_answers_complete_requests_and_waits_for_no_other(
    start_server: StartServer, open_files: ExitStack
) -> None:
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1")
    clients = Clients(server, open_files)
    idle = clients.connect()
    begun = clients.connect(SIZED)
    assert server.ask("GET", "/health/live").status == 200
    server.process.send_signal(signal.SIGTERM)
    server.await_output("Handling signal: term")
    begun.sendall(b"}")
    assert read_answer(begun)[0] == 422
    assert read_all(idle) == read_all(begun) == b""
    assert server.process.wait(PATIENCE) == 0


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Return the test's own database process, which it may stop, and its URI."""
    port = ports.find_free()
    folder = tmp_path / "mongo"
    folder.mkdir()
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--storage-path", str(folder))
    with child("dev.database_process", *arguments, "--log-level", "WARNING", patience=0) as process:
        assert is_up(process, port)
        yield process, f"mongodb://127.0.0.1:{port}/own"


def ask_at_once(
    server: Server, pool: ThreadPoolExecutor, *call: Any, **headers: str
) -> list[http.client.HTTPResponse]:
    """Send the same request many times at once, and probe the process until all are answered."""
    began = time.monotonic()
    asked = [pool.submit(server.ask, *call, **headers) for _ in range(CALLERS)]
    assert server.ask("GET", "/health/live").status == 200
    assert not any(each.done() for each in asked)
    assert not wait(asked, PATIENCE).not_done
    # Each takes the whole time limit of the database; one after the other would take longer.
    assert time.monotonic() - began < 2 * Base.model_fields["MONGODB_TIMEOUT_SECONDS"].default
    return [each.result() for each in asked]


def test_callers_of_a_silent_database_are_refused_together_and_the_process_is_alive(
    start_server: StartServer, own_database: tuple[subprocess.Popen[bytes], str]
) -> None:
    database, uri = own_database
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1", MONGODB_URI=uri)
    person = {"email": "a@example.com", "password": "canary sings in the mine"}
    answer = server.ask("POST", "/api/v1/auth/signup", person | {"displayName": "A"}, **HTTPS)
    #: if cookiecutter.mail
    assert answer.status == 202
    with MongoClient[dict[str, Any]](uri) as client:
        confirm_stored(client.get_default_database())
    #: else
    assert answer.status == 201
    #: endif
    tokens = json.loads(server.ask("POST", "/api/v1/auth/login", person, **HTTPS).body)  # type: ignore[attr-defined]  # set by ask()
    caller = {"Authorization": f"Bearer {tokens['accessToken']}", **HTTPS}
    database.send_signal(signal.SIGSTOP)
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = ask_at_once(server, pool, "GET", "/api/v1/me", **caller)
    assert {answer.status for answer in answers} == {503}
    database.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + PATIENCE
    while server.ask("GET", "/api/v1/me", **caller).status != 200:
        assert time.monotonic() < deadline


def test_callers_of_a_server_that_never_heard_its_database_are_refused_together(
    start_server: StartServer, open_files: ExitStack
) -> None:
    silent = open_files.enter_context(socket.create_server(("127.0.0.1", 0), backlog=256))
    uri = f"mongodb://127.0.0.1:{silent.getsockname()[1]}/nothing"
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1", MONGODB_URI=uri)
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = ask_at_once(server, pool, "POST", "/api/v1/auth/login", {}, **HTTPS)
    assert {answer.status for answer in answers} == {503}
