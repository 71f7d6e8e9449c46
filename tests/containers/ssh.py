"""A server of the tests' own by which a machine is reached from elsewhere."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.containers.engine import PLACES
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.containers.engine import Engine

SERVER = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
StrictModes no
UsePAM no
PidFile none
SetEnv DOCKER_HOST={socket}
"""
CLIENT = """\
Port {port}
IdentityFile {folder}/user
IdentitiesOnly yes
UserKnownHostsFile {folder}/known
StrictHostKeyChecking accept-new
"""
PATIENCE = 20


def answers(port: int) -> bool:
    """Tell whether somebody listens at *port*."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def reached_by_ssh(engine: Engine, folder: Path) -> Iterator[dict[str, str]]:
    """Run a server before *engine*; yield the variables by which docker reaches that."""
    if not shutil.which("sshd", path=PLACES):
        pytest.skip("not tried here: sshd is not installed")
    port = free_port()
    for name in ("host", "user"):
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(key, check=True)
    given = {"folder": folder, "port": port, "socket": engine.environment["DOCKER_HOST"]}
    (folder / "server").write_text(SERVER.format_map(given))
    (folder / "client").write_text(CLIENT.format_map(given))
    # docker calls `ssh`, which looks for its files in the home of the user, whatever HOME says.
    (folder / "bin").mkdir()
    program = folder / "bin" / "ssh"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/client "$@"\n')
    program.chmod(0o755)
    Path("/run/sshd").mkdir(exist_ok=True)
    command = [shutil.which("sshd", path=PLACES), "-D", "-e", "-f", str(folder / "server")]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        end = time.monotonic() + PATIENCE
        while not answers(port):
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.1)
        path = f"{folder / 'bin'}:{PLACES}"
        yield {"DOCKER_HOST": f"ssh://{os.environ.get('USER', 'root')}@127.0.0.1", "PATH": path}
    finally:
        server.terminate()
        server.wait(PATIENCE)
