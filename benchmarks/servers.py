"""The servers that a benchmark runs: the embedded database, the project, the bare view."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

START_SECONDS = 30
BENCHMARKS = Path(__file__).resolve().parent
# As behind a proxy that ends TLS: the project refuses plain HTTP.
PROXY_HEADERS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}

# Projects know how to choose a port that nobody else is given, and when one answers.
_PORTS = runpy.run_path(str(BENCHMARKS.parent / "{{cookiecutter.project_slug}}" / "dev/ports.py"))
free_port, answers = _PORTS["find_free"], _PORTS["answers"]

_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
FIRST, OTHERS, ALL = slice(1), slice(1, None), slice(None)


@contextmanager
def on_cores(part: slice) -> Iterator[None]:
    """Have what is started in the block run on *part* of the cores that this process may use."""
    if not hasattr(os, "sched_setaffinity") or len(_CORES) == 1:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _CORES[part])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; yield it when its port answers."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _await_port(process, port)
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def database(folder: Path, python: str) -> Iterator[str]:
    """Yield the URI of MONGODB_URI, or of an embedded database on *folder*."""
    if uri := os.environ.get("MONGODB_URI"):
        yield uri
        return
    port = free_port()
    command = [str(Path(python).with_name("secantusd-py")), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--storage-path", str(folder), "--log-level", "ERROR"]
    with running(command, folder.parent, {}, port):
        yield f"mongodb://127.0.0.1:{port}/benchmark"


def _await_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if answers(port):
            return
        time.sleep(0.05)
    sys.exit(f"{process.args} does not start")


def request(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the answer to a request, which must succeed."""
    given = {"Content-Type": "application/json"} if body else {}
    asked = urllib.request.Request(url, body, {**given, **PROXY_HEADERS, **(headers or {})})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            content: bytes = answer.read()
    except urllib.error.HTTPError as error:
        sys.exit(f"{url}: {error.code} {error.read().decode()}")
    return content


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return the CPU time that a server and its workers used so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    family = [process.pid, *_children(process.pid)]
    return sum(_used_ticks(pid) for pid in family) / ticks


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _used_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
