"""A Docker engine of the tests' own: its data and its socket lie in a folder of theirs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Administrators' programs are not on everybody's path, and Debian's client is as old as its engine.
PLACES = f"/usr/bin:/usr/sbin:{os.environ['PATH']}"
PROGRAMS = ("dockerd", "docker", "mmdebstrap")
PATIENCE = 60


class Engine:
    """An engine that runs, and how it is spoken to."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "docker.sock"
        self.environment = {
            "DOCKER_BUILDKIT": "1",
            "DOCKER_CONFIG": str(folder),
            "DOCKER_HOST": f"unix://{self.socket}",
            "PATH": PLACES,
        }

    def try_to_run(self, *words: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run docker, and return how that ended."""
        return subprocess.run(
            [shutil.which("docker", path=PLACES), *map(str, words)],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
            **more,
        )

    def run(self, *words: str | Path, **more: Any) -> str:
        """Run docker and return what it printed; it must succeed."""
        done = self.try_to_run(*words, **more)
        assert done.returncode == 0, f"docker {' '.join(map(str, words))}: {done.stderr[-4000:]}"
        return done.stdout.strip()

    def build(self, folder: Path, name: str, **arguments: str) -> str:
        """Build the image *name*; its steps reach registries as this machine does."""
        given = [f"--build-arg={key}={value}" for key, value in arguments.items()]
        return self.run("build", "--quiet", "--network=host", f"--tag={name}", *given, folder)

    def look_at(self, *words: str) -> Any:
        """Return what the engine tells of one thing."""
        return json.loads(self.run(*words))[0]

    def await_health(self, name: str, seconds: int = 120) -> None:
        """Wait until a container says that it is well."""
        end = time.monotonic() + seconds
        while (state := self.look_at("inspect", name)["State"])["Health"]["Status"] != "healthy":
            assert state["Running"], self.run("logs", name)
            assert time.monotonic() < end, state
            time.sleep(0.5)


@contextmanager
def running_engine(folder: Path) -> Iterator[Engine]:
    """Run an engine as long as somebody wants it; say that it is not tried where none can run."""
    if missing := [name for name in PROGRAMS if not shutil.which(name, path=PLACES)]:
        pytest.skip(f"not tried here: {', '.join(missing)} is not installed")
    if os.geteuid():
        pytest.skip("not tried here: an engine wants root")
    engine = Engine(folder)
    log = folder / "log"
    command = ["dockerd", f"--data-root={folder / 'data'}", f"--exec-root={folder / 'exec'}"]
    command += [f"--pidfile={folder / 'pid'}", f"--host=unix://{engine.socket}"]
    with log.open("w") as file:
        process = subprocess.Popen(
            command, env=os.environ | engine.environment, stdout=file, stderr=file
        )
    try:
        end = time.monotonic() + PATIENCE
        while engine.try_to_run("version").returncode:
            if process.poll() is not None or time.monotonic() > end:
                pytest.skip(f"not tried here: no engine starts: {log.read_text()[-400:]}")
            time.sleep(0.2)
        yield engine
    finally:
        process.terminate()
        process.wait(PATIENCE)
        # It leaves namespaces, whose network the next engine would find taken.
        for namespace in (folder / "exec" / "netns").glob("*"):
            subprocess.run(["umount", str(namespace)], check=False)
