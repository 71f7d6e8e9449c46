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

from app.constants import PROBLEM_MEDIA_TYPE, REQUEST_ID_HEADER
from app.early_answers import Body, announce_close
from app.errors import MalformedRequestError, UnexpectedError
from app.gunicorn_connection import SILENCE_SECONDS, SlowRequestError
from app.gunicorn_loop import GatheringWorker
from app.hooks import (
    errors,
    #: if cookiecutter.security_headers
    security_headers,
    #: endif
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from _typeshed.wsgi import WSGIApplication

    from app.gunicorn_connection import Connection

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


class ServerLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
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
