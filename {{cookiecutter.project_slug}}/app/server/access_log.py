"""The access log: a short line for each request that gunicorn has answered."""

from __future__ import annotations

from typing import Any, Final

from app.http import REQUEST_ID_HEADER
from app.server import ServerLogger

# Address, method, path, status, bytes, milliseconds and request id: neither query nor header.
FORMAT: Final = "%(h)s %(m)s %(U)s %(s)s %(b)s %(M)sms %(i)s"


class AccessLogger(ServerLogger):
    """A logger of short lines."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write a line of FORMAT directly: nothing else needs a log record of it."""
        line = FORMAT % self.atoms(resp, req, environ, request_time)
        for handler in self.access_log.handlers:
            with handler.lock:
                handler.stream.write(f"{line}\n")
                handler.stream.flush()

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """Return the values for FORMAT."""
        del req
        return {
            "h": environ.get("REMOTE_ADDR", "-"),
            "m": environ["REQUEST_METHOD"],
            # Undecoded as it was sent: decoded it could contain line ends.
            "U": ascii(environ["RAW_URI"].partition("?")[0])[1:-1],
            "s": resp.status.partition(" ")[0],
            "b": resp.sent,
            "M": int(request_time.total_seconds() * 1000),
            # The app's own header, by which a log line is found from an answer.
            "i": next((text for name, text in resp.headers if name == REQUEST_ID_HEADER), "-"),
        }
