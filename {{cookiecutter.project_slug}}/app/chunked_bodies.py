"""Bodies without a Content-Length: views and extensions get them whole or not at all."""

from __future__ import annotations

from typing import IO

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream


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
