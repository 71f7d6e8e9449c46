"""What gunicorn itself answers and logs, where a request never reaches the app.

gunicorn answers a request that it cannot read with an HTML page, repeats a part of the request
there and in its log, and names itself. Here such a request gets the problem document that every
refusal of this API is, and nothing of it is repeated anywhere.
"""

from __future__ import annotations

import selectors
import socket
import struct
import sys
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
from gunicorn import http as gunicorn_http
from gunicorn import util
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker
from uuid6 import uuid7

from app.connections import Body, Lingering, announce_close
from app.constants import PROBLEM_MEDIA_TYPE, REQUEST_ID_HEADER
from app.errors import MalformedRequestError, UnexpectedError
from app.hooks import (
    errors,
    #: if cookiecutter.security_headers
    security_headers,
    #: endif
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed.wsgi import WSGIApplication

# How long a client may send and read nothing within a request. A thread waits for it.
SILENCE_SECONDS: Final = 10.0

# Whatever else the parser refuses is a 400, smuggled requests and unknown codings included.
STATUSES: Final[Mapping[type[Exception], HTTPStatus]] = {
    gunicorn_http.errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    gunicorn_http.errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    gunicorn_http.errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}

# Parsing errors that are the app's or the operator's fault, not the client's.
OWN_FAULTS: Final = (
    gunicorn_http.errors.ConfigurationProblem,
    gunicorn_http.errors.InvalidResponseHeader,
    gunicorn_http.errors.InvalidResponseHeaderName,
)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A threaded worker that refuses as the app does."""

    wsgi: WSGIApplication

    def init_process(self) -> None:
        """Begin to serve; every connection takes its patience from its listener."""
        for listener in self.sockets:
            limit_silence(listener.sock)
        self.lingering: set[Lingering] = set()
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the app; what it answers early ends its connection."""
        super().load_wsgi()
        self.wsgi = announce_close(self.wsgi)

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Serve a request whose body may be torn, and is asked for where it is awaited."""
        req.body = Body(req, conn.sock)
        is_kept: bool = super().handle_request(req, conn)
        return is_kept

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep the connection, or close it without the main thread waiting for its client."""
        conn.close = partial(self.close, conn.sock)
        super().finish_request(conn, fs)

    def close(self, sock: socket.socket, *, graceful: bool = False) -> None:
        """Close a connection, one with an answer on it once its client has stopped sending."""
        try:
            if graceful:
                sock.shutdown(socket.SHUT_WR)
                sock.setblocking(False)
        except OSError:
            # The client is gone already.
            graceful = False
        if not graceful:
            util.close(sock)
            return
        lingering = Lingering(sock)
        self.poller.register(sock, selectors.EVENT_READ, partial(self.linger, lingering))
        self.lingering.add(lingering)
        self.nr_conns += 1

    def linger(self, lingering: Lingering, _: Any = None) -> None:
        """Throw away what comes; let go of who is done, or goes on for too long."""
        if lingering.discard():
            return
        self.lingering.remove(lingering)
        self.poller.unregister(lingering.sock)
        lingering.sock.close()
        self.nr_conns -= 1

    def murder_pending(self) -> None:
        """Let go of who is silent, too; the main loop calls this each second."""
        super().murder_pending()
        for lingering in [each for each in self.lingering if each.is_over]:
            self.linger(lingering)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer a request that could not be read, or a failure outside the app."""
        del req
        request_id = str(uuid7())
        if isinstance(exc, gunicorn_http.errors.ParseException) and not isinstance(exc, OWN_FAULTS):
            status = STATUSES.get(type(exc), HTTPStatus.BAD_REQUEST)
            # The kind alone: the message repeats the request.
            self.log.refused(status, type(exc).__name__, request_id, addr)
        else:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            self.log.failed(exc, request_id, addr)
        # The client may be gone already.
        with suppress(OSError):
            util.write_nonblock(client, refuse(status, request_id))


def limit_silence(listener: socket.socket) -> None:
    """Have reads and writes of the listener's connections fail when nothing comes or goes.

    The system keeps the time: a timeout of Python's would cost a system call more for each read
    and write, and another thread could take over each time.
    """
    whole, part = divmod(SILENCE_SECONDS, 1)
    timeval = struct.pack("ll", int(whole), int(part * 1_000_000))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        listener.setsockopt(socket.SOL_SOCKET, option, timeval)


class ServerLogger(Logger):  # type: ignore[misc]  # as above
    """A logger that tells a client that fell silent from a failure."""

    def exception(self, msg: str, *args: Any, **options: Any) -> None:
        """Log a failure with its traceback; that a client fell silent is none of ours."""
        if isinstance(sys.exception(), BlockingIOError):
            self.info("a client was silent for %d seconds", SILENCE_SECONDS)
        else:
            super().exception(msg, *args, **options)

    def refused(self, status: int, reason: str, request_id: str, addr: Any) -> None:
        """Log that a request could not be read; *reason* is the kind of it, in one word."""
        del status, request_id, addr
        self.info("refused a request: %s", reason)

    def failed(self, exc: BaseException, request_id: str, addr: Any) -> None:
        """Log a failure outside the app, with its traceback."""
        del request_id, addr
        self.error("failed outside the app", exc_info=exc)


#: if cookiecutter.security_headers
def hide_server() -> None:
    """Have gunicorn name itself in no answer; it has no setting for that."""
    default_headers = gunicorn_http.wsgi.Response.default_headers

    def anonymous_headers(response: Any) -> list[str]:
        return [line for line in default_headers(response) if not line.startswith("Server:")]

    gunicorn_http.wsgi.Response.default_headers = anonymous_headers


#: endif
def refuse(status: HTTPStatus, request_id: str) -> bytes:
    """Return a whole answer that refuses a request with *status* and closes the connection."""
    if status is HTTPStatus.BAD_REQUEST:
        code, title, detail = _tell(MalformedRequestError())
    elif status is HTTPStatus.INTERNAL_SERVER_ERROR:
        code, title, detail = _tell(UnexpectedError())
    else:
        # RFC 9110 renamed what the standard library still calls Request-URI Too Long.
        title = status.phrase.replace("Request-URI", "URI")
        code, detail = title.lower().replace(" ", "-"), "The request cannot be served."
    body = orjson.dumps(errors.describe(status, code, title, detail, request_id))
    headers = [
        ("Connection", "close"),
        ("Date", util.http_date()),
        ("Content-Type", PROBLEM_MEDIA_TYPE),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        (REQUEST_ID_HEADER, request_id),
        #: if cookiecutter.security_headers
        *security_headers.REFUSAL_HEADERS,
        #: endif
    ]
    lines = [f"HTTP/1.1 {status.value} {title}", *(f"{name}: {text}" for name, text in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _tell(problem: MalformedRequestError | UnexpectedError) -> tuple[str, str, str]:
    return problem.code, problem.title, problem.detail
