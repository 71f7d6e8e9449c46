"""The worker's loop, which collects requests: a thread gets one once all of it has arrived.

So a slow client does not keep others waiting. When there is no room, the connection that has been
idle for longest is closed. A request's time includes its wait for a thread.
"""

from __future__ import annotations

import errno
import heapq
import resource
import selectors
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from app.database.connection import arrival
from app.extensions import app_settings
from app.server.connection import SILENCE_SECONDS, Connection, SlowRequestError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from config.base import Base

# Files that a worker needs beside its clients' connections: the database's, files, pipes.
OWN_FILES: Final = 128
FILES: Final = 4096
# The memory for all incomplete requests of a worker, but at least for some bodies of the allowed
# length: one of those must be able to arrive.
GATHERED_BYTES: Final = 16_777_216
GATHERED_BODIES: Final = 8
SWEEP_SECONDS: Final = 0.5
ACCEPTED_AT_ONCE: Final = 64


class GatheringWorker(ThreadWorker):
    """A threaded worker whose threads do not wait for a client's request.

    tests/server/test_loop.py has what it overrides in gunicorn; none of it is documented.
    """

    settings: Base
    worker_connections: int

    def init_process(self) -> None:
        """Begin to serve; connections inherit the limit of silence from their listener."""
        for listener in self.sockets:
            limit_silence(listener.sock)
        self.worker_connections = min(self.worker_connections, raise_files() - OWN_FILES)
        # Connections without a thread, in order of arrival, and the bytes collected for them.
        self.waiting: dict[Connection, None] = {}
        self.gathered = 0
        self.swept = 0.0
        # Liveness can be answered while every other thread is busy.
        self.probes = ThreadPoolExecutor(max_workers=1)
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the app, and know its settings."""
        super().load_wsgi()
        self.settings = app_settings.of(self.wsgi)

    def accept(self, listener: Any) -> None:
        """Let clients in."""
        server = listener.getsockname()
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                client, address = listener.accept()
            except OSError as error:
                if error.errno in {errno.EMFILE, errno.ENFILE} and self.waiting:
                    self.make_room()
                elif error.errno not in {errno.EAGAIN, errno.ECONNABORTED}:
                    raise
                return
            if self.nr_conns >= self.worker_connections - 1:
                self.make_room()
            try:
                conn = Connection(self.cfg, client, address, server, self.settings)
            except OSError:
                # The client is gone already, and TLS cannot begin.
                client.close()
                continue
            self.nr_conns += 1
            self.wait(conn)

    def wait(self, conn: Connection) -> None:
        """Start to collect what arrives on *conn*."""
        self.waiting[conn] = None
        self.gathered += len(conn.data)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.gather, conn))

    def forget(self, conn: Connection) -> None:
        """Stop to collect what arrives on *conn*."""
        if conn in self.waiting:
            del self.waiting[conn]
            self.gathered -= len(conn.data)
            self.poller.unregister(conn.sock)

    def gather(self, conn: Connection, _sock: Any) -> None:
        """Take what has arrived, and give the request to a thread once it is complete."""
        if conn not in self.waiting:
            # It was closed earlier in this round.
            return
        before = len(conn.data)
        try:
            is_open = conn.receive()
        except BlockingIOError:
            return
        except OSError:
            is_open = False
        self.gathered += len(conn.data) - before
        if not is_open:
            self.drop(conn)
        elif not conn.is_ending:
            self.hand_over(conn)
        if self.gathered > max(GATHERED_BYTES, GATHERED_BODIES * self.settings.MAX_BODY_BYTES):
            self.drop(max(self.waiting, key=lambda each: len(each.data)))

    def hand_over(self, conn: Connection) -> None:
        """Give the request to a thread, or refuse it, unless more of it has to arrive."""
        try:
            if not conn.is_ready():
                conn.invite_body()
                return
        except OSError:
            self.drop(conn)
        except Exception as error:  # noqa: BLE001 - one client's bytes must not end a worker.
            self.refuse(conn, error)
        else:
            self.forget(conn)
            self.enqueue_req(conn)

    def enqueue_req(self, conn: Connection) -> None:
        """Let a thread serve the request, whose own time begins now."""
        conn.arrived = time.monotonic()
        pool = self.probes if conn.is_probe() else self.tpool
        future = pool.submit(self.handle, conn)
        future.add_done_callback(partial(self.method_queue.defer, self.finish_request, conn))

    def handle(self, conn: Connection) -> bool:
        """Serve the request, on a thread."""
        arrival.set(conn.arrived)
        is_kept: bool = super().handle(conn)
        return is_kept

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Serve the request, of which the parser has read the head."""
        if not conn.is_whole:
            # A thread must not wait for the part of the body that the app leaves unread.
            req.force_close()
        is_kept: bool = super().handle_request(req, conn)
        return is_kept

    def finish_request(self, conn: Connection, future: Future[bool]) -> None:
        """Wait for the next request of *conn*, which may have arrived already, or end it."""
        if future.cancelled() or future.exception() or not future.result():
            self.end(conn)
            return
        conn.keep()
        if not self.alive and not conn.data:
            # _cap_keepalive(), which is called once, was too early for it.
            conn.deadline = min(conn.deadline, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.wait(conn)
        if conn.data:
            self.hand_over(conn)

    def refuse(self, conn: Connection, error: Exception) -> None:
        """Answer a request that will never be complete."""
        self.forget(conn)
        self.handle_error(None, conn.sock, conn.client, error)
        self.end(conn)

    def end(self, conn: Connection) -> None:
        """Close *conn* once the client has read the answer."""
        try:
            conn.end()
        except OSError:
            self.drop(conn)
        else:
            self.wait(conn)

    def drop(self, conn: Connection) -> None:
        """Close *conn*."""
        self.forget(conn)
        self.nr_conns -= 1
        conn.close()

    def make_room(self) -> None:
        """Close the connections that were idle for longest; several at once are cheaper."""
        count = max(1, len(self.waiting) // 16)
        for conn in heapq.nsmallest(count, self.waiting, key=lambda each: each.rank):
            self.drop(conn)

    def murder_keepalived(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - gunicorn's.
        """Close connections whose time is over; answer those with an incomplete request."""
        if self.nr_conns >= self.worker_connections:
            self.make_room()
        now = time.monotonic()
        if not force and now < self.swept + SWEEP_SECONDS:
            return
        self.swept = now
        for conn in [each for each in self.waiting if force or each.is_late(now)]:
            if conn.data:
                self.refuse(conn, SlowRequestError())
            else:
                self.drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker ends, close connections without a request by *deadline*."""
        for conn in self.waiting:
            if not conn.data:
                conn.deadline = min(conn.deadline, deadline)


def raise_files() -> int:
    """Raise the number of files that this process may open, if allowed, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        soft = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def limit_silence(listener: socket.socket) -> None:
    """Let reads and writes of the listener's connections fail after a time without progress.

    The system keeps the time: Python's own timeout would cost one more system call for each read
    and write, and a thread switch each time.
    """
    whole, part = divmod(SILENCE_SECONDS, 1)
    timeval = struct.pack("ll", int(whole), int(part * 1_000_000))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        listener.setsockopt(socket.SOL_SOCKET, option, timeval)
