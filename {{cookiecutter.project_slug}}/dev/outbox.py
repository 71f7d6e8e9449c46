"""An outbox that catches every letter, for development, where no MAIL_URI is given.

A mail server of this machine alone, in a process of its own: it prints whom a letter is for and
where its links lead, keeps it as a file, and shows all of them on a page.
"""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from dev import ports
from dev.children import child
from dev.database import ATTEMPTS, is_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Where the page is, so that it can stay open, unless that port is taken.
PAGE_PORT: Final = 8025


class OutboxError(Exception):
    """Raised with one line when the outbox cannot be started."""


@contextmanager
def outbox(folder: Path) -> Iterator[str]:
    """Catch letters in *folder* until the block ends; yield the URI of the mail server."""
    if importlib.util.find_spec("aiosmtpd") is None:
        raise OutboxError("no outbox is installed: set MAIL_URI")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_free = not ports.is_taken("127.0.0.1", PAGE_PORT)
    with ExitStack() as stack:
        # Another process may take a port between its choice and its use: then choose again.
        for _ in range(ATTEMPTS):
            port, page = ports.find_free(), PAGE_PORT if is_free else ports.find_free()
            process = child("dev.outbox_process", str(folder), str(port), str(page))
            if is_up(stack.enter_context(process), port):
                print(f"Letters: http://127.0.0.1:{page}/", flush=True)
                yield f"smtp://127.0.0.1:{port}"
                return
            is_free = False
        raise OutboxError("the outbox does not start")
