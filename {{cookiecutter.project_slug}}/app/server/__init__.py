"""What gunicorn itself answers and logs when a request never reaches the app.

gunicorn answers a request that it cannot read with an HTML page, repeats parts of the request in
the page and in its log, and names itself. Here such a request gets a problem document as every
other does, and nothing of it is repeated anywhere.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
from gunicorn import http as gunicorn_http
from gunicorn import util
from gunicorn.glogging import Logger
from uuid6 import uuid7

from app.errors import MalformedRequestError, UnexpectedError
from app.hooks import (
    errors,
    #: if cookiecutter.security_headers
    security_headers,
    #: endif
)
from app.http import PROBLEM_MEDIA_TYPE, REQUEST_ID_HEADER
from app.server.connection import SILENCE_SECONDS, SlowRequestError
from app.server.loop import GatheringWorker

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from app.server.connection import Connection

# Everything else that the parser refuses is a 400, such as smuggled requests and unknown codings.
STATUSES: Final[Mapping[type[Exception], HTTPStatus]] = {
    gunicorn_http.errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    gunicorn_http.errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    gunicorn_http.errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    SlowRequestError: HTTPStatus.REQUEST_TIMEOUT,
}

# Parsing errors that are the app's or the operator's fault, not the client's.
OWN_FAULTS: Final = (
    gunicorn_http.errors.ConfigurationProblem,
    gunicorn_http.errors.InvalidResponseHeader,
    gunicorn_http.errors.InvalidResponseHeaderName,
)


class Worker(GatheringWorker):
    """A threaded worker that answers with the same problems as the app."""

    wsgi: WSGIApplication

    def load_wsgi(self) -> None:
        """Load the app; answers before the end of a long body close the connection."""
        super().load_wsgi()
        self.wsgi = announce_close(self.wsgi)

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """Serve a request; its body may be torn, or may have to be asked for with 100 Continue."""
        if conn.is_whole or conn.is_told_to_continue:
            req._expected_100_continue = False  # noqa: SLF001 - there is no public name.
        req.body = Body(req, conn.sock)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer a request that could not be read, or that failed outside the app."""
        del req
        request_id = str(uuid7())
        if isinstance(exc, gunicorn_http.errors.ParseException) and not isinstance(exc, OWN_FAULTS):
            status = STATUSES.get(type(exc), HTTPStatus.BAD_REQUEST)
            # Only the class: the message repeats the request.
            self.log.refused(status, type(exc).__name__, request_id, addr)
        else:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            self.log.failed(exc, request_id, addr)
        # The client may be gone already.
        with suppress(OSError):
            util.write_nonblock(client, refuse(status, request_id))


class ServerLogger(Logger):
    """A logger that does not report silent clients as failures."""

    def exception(self, msg: str, *args: Any, **options: Any) -> None:
        """Log a failure with its traceback; a silent client is no failure."""
        if isinstance(sys.exception(), BlockingIOError):
            self.info("a client was silent for %d seconds", SILENCE_SECONDS)
        else:
            super().exception(msg, *args, **options)

    def refused(self, status: int, reason: str, request_id: str, addr: Any) -> None:
        """Log that a request could not be read; *reason* is the class of the error."""
        del status, request_id, addr
        self.info("refused a request: %s", reason)

    def failed(self, exc: BaseException, request_id: str, addr: Any) -> None:
        """Log a failure outside the app, with its traceback."""
        del request_id, addr
        self.error("failed outside the app", exc_info=exc)


#: if cookiecutter.security_headers
def hide_server() -> None:
    """Remove gunicorn's Server header from every answer; there is no setting for that."""
    default_headers = gunicorn_http.wsgi.Response.default_headers

    def anonymous_headers(response: Any) -> list[str]:
        return [line for line in default_headers(response) if not line.startswith("Server:")]

    gunicorn_http.wsgi.Response.default_headers = anonymous_headers


#: endif
def refuse(status: HTTPStatus, request_id: str) -> bytes:
    """Return a complete answer: a problem with *status*, after which the connection closes."""
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
        *security_headers.PROBLEM_HEADERS,
        #: endif
    ]
    lines = [f"HTTP/1.1 {status.value} {title}", *(f"{name}: {text}" for name, text in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _tell(problem: MalformedRequestError | UnexpectedError) -> tuple[str, str, str]:
    return problem.code, problem.title, problem.detail


# A rest of at most this length is read, so that the connection can be kept.
LONGEST_REST: Final = 32 * 1024


class Body:
    """A request's body; mistakes in it are reported as the client's, not as failures of the app."""

    def __init__(self, req: Any, client: socket.socket) -> None:
        self._req = req
        self._body = req.body
        self._client = client
        # gunicorn would send 100 Continue before the app has seen the request.
        self._is_awaited = req._expected_100_continue  # noqa: SLF001 - there is no public name.
        req._expected_100_continue = False  # noqa: SLF001 - as above.

    def give_up(self) -> None:
        """Close the connection after the answer if the rest of the body is long or unknown.

        A client that waits for 100 Continue may send the rest or not (RFC 9110 section 10.1.1).
        """
        reader = self._body.reader
        rest = getattr(reader, "length", 0)
        is_awaited, self._is_awaited = self._is_awaited, False
        if rest > (0 if is_awaited else LONGEST_REST) or getattr(reader, "parser", None):
            self._req.force_close()

    def read(self, size: int | None = None) -> bytes:
        """Read like a file; raise OSError, which Werkzeug answers with 400, if the body is torn."""
        self._welcome()
        try:
            chunk: bytes = self._body.read(size)
        except gunicorn_http.errors.ParseException as error:
            # Nobody knows any more where the next request would begin.
            self._req.force_close()
            raise OSError(type(error).__name__) from None
        return chunk

    def __getattr__(self, name: str) -> Any:
        if name.startswith("read"):
            self._welcome()
        return getattr(self._body, name)

    def _welcome(self) -> None:
        """Tell a client that has sent only the head to send the body."""
        if self._is_awaited:
            self._is_awaited = False
            self._client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def announce_close(wsgi_app: WSGIApplication) -> WSGIApplication:
    """Let answers that leave much of a body unread announce that the connection closes."""

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body: Body = environ["wsgi.input"]

        def start(*answer: Any) -> Any:
            body.give_up()
            return start_response(*answer)

        return wsgi_app(environ, start)

    return respond
