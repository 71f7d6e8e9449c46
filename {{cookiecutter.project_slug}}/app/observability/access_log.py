"""The access log: a line of JSON for each request, answered by the app or refused by gunicorn."""

from __future__ import annotations

from typing import Any

from app.observability import logs, request_record
from app.server import ServerLogger


class AccessLogger(ServerLogger):
    """A logger whose lines have the same form as those of the app."""

    def setup(self, cfg: Any) -> None:
        """Let the app's handlers write all lines but those of requests."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write the line of a request that was answered."""
        del req
        status = int(resp.status.partition(" ")[0])
        seconds = request_time.total_seconds()
        self._write(request_record.describe(environ, status, resp.sent, seconds))

    def refused(self, status: int, reason: str, request_id: str, addr: Any) -> None:
        """Write the line of a request that could not be read."""
        self._write_unread(status, reason, request_id, addr)

    def failed(self, exc: BaseException, request_id: str, addr: Any) -> None:
        """Write the line of a request that failed outside the app, beside the traceback."""
        super().failed(exc, request_id, addr)
        self._write_unread(500, type(exc).__name__, request_id, addr)

    def _write_unread(self, status: int, reason: str, request_id: str, addr: Any) -> None:
        address = addr[0] if isinstance(addr, tuple) else None
        self._write(request_record.describe_unread(status, reason, request_id, address))

    def _write(self, line: dict[str, Any]) -> None:
        """Write a line directly: nothing else needs a log record of it."""
        text = logs.dump(line).decode()
        for handler in self.access_log.handlers:
            with handler.lock:
                handler.stream.write(f"{text}\n")
                handler.stream.flush()
