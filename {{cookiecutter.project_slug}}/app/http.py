"""What Flask does otherwise than this contract: names, whole bodies, no cookies, empty answers."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from flask import Request, Response
from flask.sessions import SessionInterface
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from flask.sessions import SessionMixin

REQUEST_ID_HEADER = "X-Request-ID"
JSON_MEDIA_TYPE = "application/json"
MULTIPART_MEDIA_TYPE = "multipart/form-data"
#: if cookiecutter.xml
XML_MEDIA_TYPE = "application/xml"
#: endif
#: if cookiecutter.oauth == "server"
FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"
#: endif
PROBLEM_MEDIA_TYPE = "application/problem+json"

# Enough for a person; a hostile body must not cause a long answer.
MOST_ERRORS = 20


class WholeBody(LimitedStream):
    """A chunked body. Werkzeug silently cuts it at MAX_CONTENT_LENGTH; this class refuses it."""

    def on_exhausted(self) -> None:
        """Raise RequestEntityTooLarge if the body goes on; one that ends here is complete."""
        if self._stream.read(1):
            raise RequestEntityTooLarge

    def readall(self) -> bytes:
        """Read the whole body, or refuse it."""
        body = super().readall()
        if self.is_exhausted:
            self.on_exhausted()
        return body


class WholeRequest(Request):
    """A request whose body is never cut, whoever reads it."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """Return the body; its end is known where the server says so."""
        limit = self.max_content_length
        is_open = self.content_length is None and "wsgi.input_terminated" in self.environ
        if limit is None or not is_open:
            return super().stream
        return WholeBody(self.environ["wsgi.input"], limit, is_max=True)  # type: ignore[return-value]  # it is read as one


class NoSessions(SessionInterface):
    """Flask's session, switched off: writing into it is an error that says so.

    Without it Flask would prepare the signing of a cookie on every request.
    """

    def open_session(self, app: Flask, request: Request) -> None:
        """Open nothing; Flask puts its null session there."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save nothing; Flask does not ask for it where the session is null."""


def without_body(status: int, headers: Mapping[str, str | list[str]] | None = None) -> Response:
    """Return an answer with only *status* and *headers*; RFC 9110 section 8.3 needs no type."""
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response
