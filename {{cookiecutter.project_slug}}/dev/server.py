"""The development server: one process that reloads when a file changes."""

from __future__ import annotations

import importlib
#: if cookiecutter.observability
import sys
import time
#: endif
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, run_simple

from config import Development
from dev.children import end_with_starter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


class RequestHandler(WSGIRequestHandler):
    """A handler that keeps query strings, where secrets may be, out of the terminal."""

    # The path until a request line was read.
    path = "-"

    #: if cookiecutter.observability
    def run_wsgi(self) -> None:
        """Serve a request and measure its time."""
        self.started = time.perf_counter()
        super().run_wsgi()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log the route that the app has found, not the path, which may contain secrets."""
        del size
        seen = getattr(self, "environ", {}).get("observability.seen")
        what = f"{seen.method} {seen.route}" if seen else "a request that the app did not answer"
        line = f"{time.strftime('%H:%M:%S')} [info     ] {what} {int(code)}"
        if seen:
            milliseconds = (time.perf_counter() - self.started) * 1000
            line += f" durationMs={milliseconds:.1f} requestId={seen.request_id}"
            line += f" accountId={seen.account_id}" if seen.account_id else ""
        sys.stderr.write(f"{line}\n")

    #: else
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log the request line without its query."""
        whole = self.path
        self.path = whole.partition("?")[0]
        super().log_request(code, size)
        self.path = whole

    #: endif
    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a broken request with the status alone: messages repeat what was sent."""
        del message, explain
        super().send_error(code)


def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request.

    The first request imports the app. So a mistake made while editing is only a traceback, and
    the next change of a file reloads the server.
    """
    application: Any = importlib.import_module("dev.app").app
    answer: Iterable[bytes] = application(environ, start_response)
    return answer


if __name__ == "__main__":
    end_with_starter()
    settings = Development.from_environment()
    run_simple(
        settings.BIND_ADDRESS,
        settings.PORT,
        serve,
        use_reloader=True,
        threaded=True,
        request_handler=RequestHandler,
    )
