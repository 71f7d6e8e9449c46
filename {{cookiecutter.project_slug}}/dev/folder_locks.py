"""A lock on a folder: one process has it, and whichever children that process leaves it to.

Its file stands beside the folder and tells other processes how to share what is there.
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

# Whoever was just told to stop still needs a moment to close its files.
PATIENCE_SECONDS: Final = 4


class InUseError(Exception):
    """Raised when another process has the lock; its argument is what that process tells."""


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Have the lock on *folder* until the block ends; yield its file descriptor.

    A child that is given the descriptor has it for as long as the child lives.
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
