"""A lock on a folder, held by one process and by the children that inherit it.

Its file is beside the folder and tells other processes how to share what is there.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A process that was just told to stop needs a moment to close its files.
PATIENCE_SECONDS: Final = 4


class InUseError(Exception):
    """Raised when another process has the lock; its argument is the text in the lock file."""


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Hold the lock on *folder* until the block ends; yield its file descriptor.

    A child that inherits the descriptor holds the lock for as long as it lives.
    """
    path = folder.with_name(f"{folder.name}.lock")
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _take(lock):
            raise InUseError(path.read_text(encoding="utf-8"))
        yield lock
    finally:
        os.close(lock)


def tell(lock: int, text: str) -> None:
    """Write *text* for whoever finds the folder in use."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, text.encode(), 0)


def _take(lock: int) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.1)
        else:
            return True
