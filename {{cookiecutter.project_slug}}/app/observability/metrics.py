"""Metrics for Prometheus, right with any number of workers; gunicorn.conf.py starts them.

Each worker counts in its own files, and the one that is asked adds up the files of all, including
those of workers that have ended. The port is bound before the first worker starts; all of them
answer on it, each in a thread, so that it is available as long as the API is.
"""

from __future__ import annotations

import shutil
import socket
from socketserver import ThreadingMixIn
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    make_wsgi_app,
    multiprocess,
    values,
)

from app.observability import request_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """What is counted of requests, in files of a *folder* that all workers share.

    prometheus_client wants the folder in the variable PROMETHEUS_MULTIPROC_DIR, too.
    """

    def __init__(self, folder: str) -> None:
        # The library chooses its value class when it is imported, which may happen before this.
        values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]  # untyped there
        own = CollectorRegistry()
        self.folder = folder
        self.answered = Counter(
            "http_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=own,
        )
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "Seconds to an answer.",
            ("method", "route"),
            buckets=SECONDS,
            registry=own,
        )
        self.in_progress = Gauge(
            "http_requests_in_progress",
            "Requests in hand.",
            multiprocess_mode="livesum",
            registry=own,
        )

    def watch(self, wsgi_app: WSGIApplication) -> WSGIApplication:
        """Return *wsgi_app* with its requests counted, each before its answer is sent."""

        def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            started = perf_counter()
            self.in_progress.inc()
            try:
                return wsgi_app(environ, start_response)
            finally:
                self.in_progress.dec()
                seen = request_record.seen_in(environ)
                self.count(seen.method, seen.route, seen.status)
                self.seconds.labels(seen.method, seen.route).observe(perf_counter() - started)

        return respond

    def count(self, method: str, route: str, status: int) -> None:
        """Count an answer."""
        self.answered.labels(method, route, str(status)).inc()

    def collect(self) -> WSGIApplication:
        """Return the page that adds up what all workers counted."""
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry, path=self.folder)  # type: ignore[no-untyped-call]  # as above
        page: WSGIApplication = make_wsgi_app(registry)
        return page


class Exporter:
    """The metrics and the port at which they are read."""

    def __init__(self, app: Flask, listener: socket.socket, folder: str) -> None:
        self.listener = listener
        self.metrics = Metrics(folder)
        app.wsgi_app = self.metrics.watch(app.wsgi_app)  # type: ignore[assignment,method-assign]  # Flask's way
        request_record.unread_listeners.append(self.metrics.count)

    def serve(self) -> Server:
        """Answer in a thread of this process, a worker, until it ends or shuts the server down."""
        server = Server(self.listener.getsockname(), Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = self.listener
        server.server_name, server.server_port = self.listener.getsockname()[:2]
        server.setup_environ()
        server.set_app(self.metrics.collect())
        Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        return server

    def forget(self, worker_pid: int) -> None:
        """Keep what an ended worker has counted, and forget the requests it was serving."""
        multiprocess.mark_process_dead(worker_pid, self.metrics.folder)  # type: ignore[no-untyped-call]  # as above

    def close(self) -> None:
        """Remove the files."""
        self.listener.close()
        shutil.rmtree(self.metrics.folder, ignore_errors=True)


class Server(ThreadingMixIn, WSGIServer):
    """Answers each client on its own thread: a slow one does not delay others."""

    daemon_threads = True


class Handler(WSGIRequestHandler):
    """Writes no log lines, and has a timeout for slow clients."""

    timeout = 5

    def log_message(self, *arguments: Any) -> None:
        """Write nothing."""


def listen(address: str, port: int) -> socket.socket:
    """Return a listener there; OSError where another has the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # As the server itself listens: the IPv6 wildcard accepts IPv4 as well.
    is_dual = address == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((address, port), family=family, dualstack_ipv6=is_dual)
