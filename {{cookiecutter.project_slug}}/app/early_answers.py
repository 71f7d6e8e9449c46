"""How a connection goes on or ends when its request was answered early.

A problem can be answered before the body has been read. RFC 9112 section 9.6 says how the client
sees it all the same: the answer says that it is the last, and the worker's loop reads on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gunicorn import http as gunicorn_http

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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
