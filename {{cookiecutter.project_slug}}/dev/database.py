"""An embedded database for development and tests, where no MongoDB is named.

It speaks MongoDB's protocol in a process of its own. It is only for a developer's machine: its data
may be lost and must be easy to create again.
"""

from __future__ import annotations

import importlib.util
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from dev import folder_locks, ports
from dev.children import STOP_SECONDS, child

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS: Final = 30
ATTEMPTS: Final = 3


class EmbeddedDatabaseError(Exception):
    """Raised with one line when the embedded database cannot be started."""


@contextmanager
def embedded_database(folder: Path, *, is_durable: bool) -> Iterator[int]:
    """Run a database on *folder* until the block ends; yield its port on 127.0.0.1.

    A durable one has every acknowledged write on disk, so that a kill -9 loses none.
    """
    if importlib.util.find_spec("secantus") is None:
        raise EmbeddedDatabaseError("no embedded database for this Python: set MONGODB_URI")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            # The child holds the lock, too, so that it is free only when the files are.
            with folder_locks.locked(folder) as lock:
                port = _start(folder, lock, stack, is_durable=is_durable)
        except folder_locks.InUseError as error:
            message = f"{folder} is in use: set MONGODB_URI={error} to share its database"
            raise EmbeddedDatabaseError(message) from None
        yield port


def _start(folder: Path, lock: int, stack: ExitStack, *, is_durable: bool) -> int:
    # Another process may take the port between its choice and its use: then choose again.
    for _ in range(ATTEMPTS):
        port = ports.find_free()
        arguments = [
            *("--host", "127.0.0.1", "--port", str(port), "--storage-path", str(folder)),
            *("--cache-size", "128M", "--log-level", "WARNING"),
            # Alone it keeps no log for others to follow: a quarter of its time.
            *(["--sync-on-commit"] if is_durable else ["--standalone"]),
        ]
        # Data that nobody will read again need not be closed properly.
        patience = STOP_SECONDS if is_durable else 0
        database = child("dev.database_process", *arguments, held=[lock], patience=patience)
        process = stack.enter_context(database)
        if is_up(process, port):
            folder_locks.tell(lock, f"mongodb://127.0.0.1:{port}")
            return port
    raise EmbeddedDatabaseError(f"the embedded database does not start on {folder}")


def is_up(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until *process* answers at *port*; tell whether it does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if ports.answers(port):
            return True
        time.sleep(0.02)
    return False
