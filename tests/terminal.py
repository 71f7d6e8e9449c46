"""Run programs in a terminal, as somebody sits at one."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import termios
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE = 60
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A program that runs in a terminal, and all that was seen there."""

    def __init__(self, process: subprocess.Popen[bytes], leader: int) -> None:
        self.process = process
        self.leader = leader
        self.bytes = b""
        self.place = 0

    @property
    def seen(self) -> str:
        """What was seen, without colours."""
        return ESCAPES.sub("", self.bytes.decode("utf-8", "replace"))

    @property
    def lines(self) -> list[str]:
        """What was seen, by lines."""
        return self.seen.replace("\r\n", "\n").split("\n")

    def read(self) -> bool:
        """Wait for more to be seen; tell whether there was more."""
        assert select.select([self.leader], [], [], PATIENCE)[0], self.seen
        try:
            read = os.read(self.leader, 65_536)
        except OSError:  # That is how Linux says that nobody holds the other end any more.
            return False
        self.bytes += read
        return bool(read)

    def wait_for(self, text: str) -> None:
        """Read until *text* is seen, however its lines are broken, behind what was waited for."""
        while (found := " ".join(self.seen.split()).find(text, self.place)) < 0:
            assert self.read(), f"{text!r} was not seen in:\n{self.seen}"
        self.place = found + len(text)

    def enter(self, text: str) -> None:
        """Type a line."""
        os.write(self.leader, f"{text}\n".encode())

    def wait(self) -> int:
        """Read to the end and return the program's exit code."""
        while self.read():
            pass
        return self.process.wait(PATIENCE)


@contextmanager
def terminal(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], columns: int = 200
) -> Iterator[Terminal]:
    """Run *command* in a terminal of its own, and end it with the block."""
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (50, columns))
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, "TERM": "xterm-256color"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    try:
        yield Terminal(process, leader)
    finally:
        process.kill()
        process.wait()
        os.close(leader)
