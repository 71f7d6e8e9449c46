"""Checkers of others, installed beside these tests: what they find is a fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOOLS = Path(sys.prefix, "bin")


def check(tool: str, *arguments: str, folder: Path | None = None) -> str:
    """Have *tool* find nothing, run in *folder*; return what it printed."""
    done = subprocess.run(
        [str(TOOLS / tool), *arguments],
        cwd=folder,
        # Some of them call others.
        env=os.environ | {"PATH": f"{TOOLS}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
