"""Child processes that never outlive the process that started them.

A child's standard input is a pipe whose other end the starter alone holds. The kernel closes it
however the starter ends, kill -9 included, and the child takes that as its own end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from config.environment import PROJECT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

STOP_SECONDS: Final = 5


@contextmanager
def child(
    module: str,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    held: Collection[int] = (),
    patience: float = STOP_SECONDS,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of this project as a child, with more *variables*, until the block ends.

    The child keeps the file descriptors *held* open, which is how it holds a lock. When the block
    ends it has *patience* seconds to stop properly.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env={**os.environ, **(variables or {})},
        stdin=subprocess.PIPE,
        pass_fds=held,
        # Ctrl-C is for the starter, which then stops its children in order.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        stop(process, patience)


def stop(process: subprocess.Popen[bytes], patience: float) -> None:
    """Ask a process to end, and kill it after *patience* seconds."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def end_with_starter() -> None:
    """Let this process, a child, end when its starter is gone: by SIGTERM first, then SIGKILL."""
    threading.Thread(target=_await_end, daemon=True).start()


def _await_end() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
