"""A real browser, and applications on real sockets for it."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.mechanics.browser.chromium import find_chromium, open_tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from _typeshed.wsgi import WSGIApplication
    #: if cookiecutter.api_docs != "none"
    from flask import Flask
    #: endif

    from tests.mechanics.browser.chromium import Tab


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Serve(Protocol):
    """Serve an application over a socket until the test ends; return its origin."""

    def __call__(self, application: WSGIApplication) -> str: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return what serves an application, each at an origin of its own."""
    with ExitStack() as stack:
        yield lambda application: stack.enter_context(_serving(application))


@contextmanager
def _serving(application: WSGIApplication) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_QuietHandler)
    with closing(server.socket):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


#: if cookiecutter.api_docs != "none"
@pytest.fixture
def origin(app: Flask, serve: Serve) -> str:
    """Return where `app` is served."""
    return serve(app)


#: endif
@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[Callable[[str], Tab]]:
    """Return what opens a page in a new browser.

    Skips where the machine has none; one that CHROMIUM names has to be there.
    """
    executable = find_chromium()
    if executable is None:
        pytest.skip("there is no Chromium on the path; CHROMIUM may name one")
    if not os.access(executable, os.X_OK):
        pytest.fail(f"CHROMIUM names no program: {executable}")
    with open_tab(executable, tmp_path / "profile") as opening:
        yield opening
