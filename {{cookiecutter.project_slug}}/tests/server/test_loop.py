"""The loop that collects requests; tests/mechanics/test_availability.py tests it in processes."""

from __future__ import annotations

import errno
import json
import os
import resource
import selectors
import socket
import time
from inspect import signature
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from gunicorn import http as gunicorn_http
from gunicorn.config import Config
from gunicorn.http.unreader import SocketUnreader, Unreader
from gunicorn.workers.base import Worker as BaseWorker
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from app.server import ServerLogger, Worker
from app.server import loop as gunicorn_loop
from app.server.loop import GatheringWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fixtures.application import MakeApp

LIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE = 20


class Loop:
    """A worker whose loop is run by a test, and its clients."""

    def __init__(self, worker: Worker, listener: socket.socket) -> None:
        self.worker = worker
        self.listener = listener
        self.clients: list[socket.socket] = []

    def connect(self, sent: bytes = b"") -> socket.socket:
        """Return a client whose connection is accepted."""
        client = socket.create_connection(self.listener.getsockname(), timeout=PATIENCE)
        self.clients.append(client)
        address = client.getsockname()

        def is_accepted() -> bool:
            self.worker.accept(self.listener)
            return any(conn.client == address for conn in self.worker.waiting)

        self.turn_until(is_accepted)
        client.sendall(sent)
        return client

    def turn_until(self, is_over: Callable[[], object]) -> None:
        """Run the loop until *is_over* is true."""
        deadline = time.monotonic() + PATIENCE
        while not is_over():
            assert time.monotonic() < deadline
            self.worker.wait_for_and_dispatch_events(0.01)

    def read(self, client: socket.socket, *, until: bytes = b"") -> bytes:
        """Return the received bytes, until they end in *until* or the connection closes."""
        received = bytearray()
        client.setblocking(False)

        def is_over() -> bool:
            try:
                piece = client.recv(65_536)
            except BlockingIOError:
                return False
            received.extend(piece)
            return not piece or bool(until and received.endswith(until))

        self.turn_until(is_over)
        client.settimeout(PATIENCE)
        return bytes(received)


@pytest.fixture
def loop(make_app: MakeApp) -> Iterator[Loop]:
    """Return a running loop."""
    cfg = Config()
    cfg.set("keepalive", 75)
    worker = Worker(1, os.getppid(), [], None, 30, cfg, ServerLogger(cfg))
    worker.app = SimpleNamespace(wsgi=make_app)
    worker.load_wsgi()
    worker.waiting, worker.gathered, worker.swept = {}, 0, 0.0
    worker.tpool = worker.probes = worker.get_thread_pool()
    worker.poller = selectors.DefaultSelector()
    worker.method_queue.init()
    queue = worker.method_queue
    worker.poller.register(queue.fileno(), selectors.EVENT_READ, queue.run_callbacks)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        loop = Loop(worker, listener)
        yield loop
        for client in loop.clients:
            client.close()
        loop.turn_until(lambda: not worker.nr_conns)
    worker.tpool.shutdown()
    worker.poller.close()
    queue.close()
    worker.tmp.close()


def test_gunicorn_still_has_what_the_worker_builds_on() -> None:
    """None of these is documented: a new version may change them without notice."""
    uses = {
        ThreadWorker.run: "murder_keepalived _cap_keepalive nr_conns worker_connections",
        ThreadWorker.set_accept_enabled: "accept poller",
        ThreadWorker.init_process: "tpool method_queue poller",
        ThreadWorker.handle: "data_ready init parser handle_request handle_error",
        ThreadWorker.handle_request: "wsgi force_close should_close",
        gunicorn_http.wsgi.create: "_expected_100_continue",
        gunicorn_http.parser.Parser.__init__: "SocketUnreader",
        SocketUnreader.chunk: "recv",
        Unreader.take_buffered: "buf",
        Unreader.unread: "buf",
        BaseWorker.init_process: "load_wsgi",
    }
    for function, names in uses.items():
        assert not set(names.split()) - set(function.__code__.co_names), function
    assert list(signature(TConn).parameters) == ["cfg", "sock", "client", "server"]
    replaced = {"accept", "enqueue_req", "finish_request", "handle", "handle_request"}
    assert replaced <= vars(GatheringWorker).keys() & vars(ThreadWorker).keys()


def test_requests_are_answered_in_turn_on_a_connection_that_is_kept(loop: Loop) -> None:
    client = loop.connect(LIVE[:20])
    loop.turn_until(lambda: next(iter(loop.worker.waiting)).data)
    client.sendall(LIVE[20:] + LIVE)
    assert loop.read(client, until=b"}").count(b"HTTP/1.1 200 ") in {1, 2}
    loop.turn_until(lambda: loop.worker.waiting)
    assert loop.worker.nr_conns == 1


def test_a_problem_ends_its_connection_once_the_client_is_done(loop: Loop) -> None:
    client = loop.connect(b"GET\r\n")
    assert loop.read(client).startswith(b"HTTP/1.1 400 ")
    client.sendall(b"more")
    assert loop.worker.nr_conns == 1
    client.close()
    loop.turn_until(lambda: not loop.worker.nr_conns)


def test_late_requests_are_answered_and_idle_connections_are_closed(loop: Loop) -> None:
    idle, late = loop.connect(), loop.connect(b"GET / HTTP")
    loop.turn_until(lambda: any(conn.data for conn in loop.worker.waiting))
    loop.worker.swept = time.monotonic()
    loop.worker.murder_keepalived()
    for conn in loop.worker.waiting:
        conn.deadline = 0.0
    loop.worker.murder_keepalived()
    assert loop.worker.nr_conns == 2
    loop.worker.swept = 0.0
    loop.worker.murder_keepalived()
    assert loop.read(late).startswith(b"HTTP/1.1 408 ")
    assert loop.read(idle) == b""


def test_a_worker_that_ends_finishes_requests_that_have_begun(loop: Loop) -> None:
    idle, begun = loop.connect(), loop.connect(b"GET / HTTP")
    loop.turn_until(lambda: any(conn.data for conn in loop.worker.waiting))
    loop.worker._cap_keepalive(0.0)
    loop.worker.murder_keepalived()
    assert loop.read(idle) == b""
    begun.sendall(b"/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert loop.read(begun).startswith(b"HTTP/1.1 4")


def test_a_worker_that_ends_keeps_no_connection_that_it_has_just_answered(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = loop.worker.finish_request

    def end_and_finish(*finished: Any) -> None:
        loop.worker.alive = False
        finish(*finished)

    monkeypatch.setattr(loop.worker, "finish_request", end_and_finish)
    client = loop.connect()
    conn = next(iter(loop.worker.waiting))
    client.sendall(LIVE)
    assert loop.read(client, until=b"}").startswith(b"HTTP/1.1 200 ")
    loop.turn_until(lambda: conn.is_kept and conn in loop.worker.waiting)
    assert conn.deadline <= time.monotonic() + STOP_KEEPALIVE_LINGER
    # A request that may have begun is answered.
    client.sendall(LIVE)
    assert b"\r\nConnection: close\r\n" in loop.read(client)


def test_connections_without_a_request_are_closed_first(loop: Loop) -> None:
    known = loop.connect(LIVE)
    assert loop.read(known, until=b"}")
    stranger = loop.connect()
    loop.worker.worker_connections = 2
    newest = loop.connect()
    assert loop.read(stranger) == b""
    loop.worker.murder_keepalived()
    assert loop.read(newest) == b""
    known.sendall(LIVE)
    assert loop.read(known, until=b"}").startswith(b"HTTP/1.1 200 ")


def test_a_worker_without_free_files_makes_room(loop: Loop) -> None:
    def accept() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    oldest = loop.connect()
    full = SimpleNamespace(getsockname=loop.listener.getsockname, accept=accept)
    loop.worker.accept(full)
    assert loop.read(oldest) == b""
    with pytest.raises(OSError, match="Too many"):
        loop.worker.accept(full)


def test_incomplete_requests_have_a_common_memory_limit(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = loop.connect(b"GET / HTTP")
    loop.turn_until(lambda: loop.worker.gathered)
    monkeypatch.setattr(gunicorn_loop, "GATHERED_BYTES", 100)
    loop.worker.settings = loop.worker.settings.model_copy(update={"MAX_BODY_BYTES": 10})
    large = loop.connect(b"GET /" + b"a" * 200)
    assert loop.read(large) == b""
    assert loop.worker.gathered == len(b"GET / HTTP")
    small.sendall(b"/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert loop.read(small).startswith(b"HTTP/1.1 4")
    assert loop.worker.gathered == 0


def test_a_body_of_the_allowed_length_arrives_however_long_it_is(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gunicorn_loop, "GATHERED_BYTES", 100)
    client = loop.connect(
        b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Length: 400\r\n\r\n" + bytes(200)
    )
    loop.turn_until(lambda: loop.worker.gathered > 200)
    client.sendall(bytes(200))
    assert loop.read(client).startswith(b"HTTP/1.1 404 ")


def test_an_error_in_one_request_is_answered_and_does_not_end_the_worker(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> bool:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(gunicorn_loop.Connection, "is_ready", fail)
        head, _, body = loop.read(loop.connect(LIVE)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 500 ")
    assert json.loads(body)["status"] == 500
    assert loop.read(loop.connect(LIVE), until=b"}").startswith(b"HTTP/1.1 200 ")


def test_the_limit_of_files_is_raised_as_far_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    for soft, hard, raised in [(256, 1000, 1000), (256, 1 << 20, 4096), (8192, 8192, 8192)]:
        limits = [(soft, hard)]
        monkeypatch.setattr(resource, "getrlimit", lambda _, limits=limits: limits[-1])
        monkeypatch.setattr(resource, "setrlimit", lambda _, new, limits=limits: limits.append(new))
        assert gunicorn_loop.raise_files() == raised
        assert limits[-1] == (raised, hard)


def test_threads_do_not_wait_for_silent_clients_or_clients_that_do_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gunicorn_loop, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(ThreadWorker, "init_process", lambda _: None)
    worker = GatheringWorker.__new__(GatheringWorker)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker.sockets = [SimpleNamespace(sock=listener)]
        worker.worker_connections = 10
        worker.init_process()
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            with connection:
                connection.setblocking(True)
                with pytest.raises(BlockingIOError):
                    connection.recv(1)
                with pytest.raises(BlockingIOError):
                    connection.sendall(bytes(50_000_000))
