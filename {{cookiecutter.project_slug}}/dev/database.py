"""An embedded database for development and tests, where no MongoDB is named.

It speaks MongoDB's protocol in a process of its own. It is good enough for a developer's machine
and for nothing else: what is stored here must be re-creatable.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from dev import ports
from dev.children import STOP_SECONDS, child

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS: Final = 30
ATTEMPTS: Final = 3

# A database that was just told to stop still needs a moment to close its files.
LOCK_SECONDS: Final = 4


class EmbeddedDatabaseError(Exception):
    """Raised when the embedded database cannot be had, with one line on why."""


@contextmanager
def embedded_database(folder: Path, *, is_durable: bool) -> Iterator[int]:
    """Run a database on *folder* until the block ends; yield its port on 127.0.0.1.

    A durable one has every acknowledged write on disk, which a kill -9 does not undo.
    """
    if importlib.util.find_spec("secantus") is None:
        raise EmbeddedDatabaseError("no embedded database for this Python: set MONGODB_URI")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        lock = _lock(folder)
        try:
            port = _start(folder, lock, stack, is_durable=is_durable)
        finally:
            # The child holds the lock now: it is free when the files are.
            os.close(lock)
        yield port


def _lock(folder: Path) -> int:
    path = folder.with_name(f"{folder.name}.lock")
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            os.close(lock)
            where = path.read_text(encoding="utf-8")
            message = f"{folder} is in use: set MONGODB_URI={where} to share its database"
            raise EmbeddedDatabaseError(message) from None
        return lock


def _start(folder: Path, lock: int, stack: ExitStack, *, is_durable: bool) -> int:
    # Between the choice of a port and its use another process may take it: then choose again.
    for _ in range(ATTEMPTS):
        port = ports.find_free()
        arguments = [
            *("--host", "127.0.0.1", "--port", str(port), "--storage-path", str(folder)),
            *("--cache-size", "128M", "--log-level", "WARNING"),
            *(["--sync-on-commit"] if is_durable else []),
        ]
        # What nobody will look for again need not be left in good order.
        patience = STOP_SECONDS if is_durable else 0
        database = child("dev.embedded", *arguments, held=[lock], patience=patience)
        process = stack.enter_context(database)
        if _is_up(process, port):
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"mongodb://127.0.0.1:{port}".encode(), 0)
            return port
    raise EmbeddedDatabaseError(f"the embedded database does not start on {folder}")


def _is_up(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if ports.answers(port):
            return True
        time.sleep(0.02)
    return False
