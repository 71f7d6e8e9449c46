"""A real browser, and the app on a real socket for it."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.chromium import find_chromium, open_tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from tests.browser.chromium import Tab


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def origin(app: Flask) -> Iterator[str]:
    """Return where `app` is served, over a socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_QuietHandler)
    with closing(server.socket):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


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
