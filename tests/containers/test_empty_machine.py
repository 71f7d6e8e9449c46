"""The guide's way from an empty machine to a release, each command as a reader copies it.

What is outside of the machine is played by programs of these tests: packages, the authority that
certifies names, and the name itself. What is written below /etc stays in a mount namespace.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.containers.engine import PLACES
from tests.containers.load import Client
from tests.containers.machine import Machine
from tests.projects import commands_in_page, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.containers.engine import Engine

pytestmark = [pytest.mark.pairs, pytest.mark.timeout(1800)]

HOST, PORT = "api.example.com", 443
# A clone has nothing of what git ignores.
IGNORED = (".env", ".env.production", ".git", ".venv", "*.pem", "*_cache", "__pycache__")
# A line, with those that follow it up to the word that it names.
COMMAND = re.compile(r"^.*<< '?(\w+)'?$(?:\n.*)*?\n\1$|^.+$", re.MULTILINE)
PROGRAMS = {
    # Never the real one, which would drop the variables by which the tests' engine is found.
    "sudo": 'exec "$@"',
    "apt-get": ":",
    # As the real one lays files: links into an archive that is root's alone.
    "certbot": f"""set -eu
umask 077
mkdir -p /etc/letsencrypt/archive/{HOST} /etc/letsencrypt/live/{HOST}
mkdir -p /etc/letsencrypt/renewal-hooks/deploy
cd /etc/letsencrypt/live/{HOST}
archive=../../archive/{HOST} number=$(date +%s%N)
[ "$*" = renew ] || [ "$*" = "certonly --standalone --domain {HOST}" ]
openssl req -x509 -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={HOST} \\
  -CA "$AUTHORITY/authority.pem" -CAkey "$AUTHORITY/authority-key.pem" \\
  -addext subjectAltName=DNS:{HOST} -addext basicConstraints=critical,CA:FALSE \\
  -keyout "$archive/privkey$number.pem" -out "$archive/fullchain$number.pem" 2> /dev/null
for name in privkey fullchain; do ln -sf "$archive/$name$number.pem" "$name.pem"; done
[ "$*" != renew ] || for hook in /etc/letsencrypt/renewal-hooks/deploy/*; do "$hook"; done""",
}
# What is written below /etc goes to memory, and names are looked up in a file of its own.
NAMESPACE = f"""set -eu
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work"
cp -L /etc/hosts /etc/resolv.conf "$1/upper"
echo "127.0.0.1 {HOST}" >> "$1/upper/hosts"
mount -t overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" overlay /etc
echo ready
exec sleep infinity
"""


@contextmanager
def namespace(folder: Path) -> Iterator[int]:
    """Keep a mount namespace as long as somebody wants it; yield the process that holds it."""
    if not all(shutil.which(name, path=PLACES) for name in ("unshare", "nsenter")):
        pytest.skip("not tried here: unshare or nsenter is not installed")
    folder.mkdir()
    command = ["unshare", "--mount", "--propagation=private", "sh", "-c", NAMESPACE, "sh", folder]
    holder = subprocess.Popen(
        command, env=os.environ | {"PATH": PLACES}, stdout=subprocess.PIPE, text=True
    )
    try:
        if holder.stdout.readline() != "ready\n":
            pytest.skip("not tried here: no mount namespace with an /etc of its own")
        yield holder.pid
    finally:
        holder.kill()
        holder.communicate()


class Reader:
    """Somebody who copies commands to a machine, in a clone of the project."""

    def __init__(self, folder: Path, project: Path, engine: Engine, holder: int) -> None:
        clone = folder / "clone"
        shutil.copytree(project, clone, ignore=shutil.ignore_patterns(*IGNORED))
        self.machine = Machine(engine, clone)
        self.authority = folder / "authority.pem"
        self.way = ["nsenter", f"--mount=/proc/{holder}/ns/mnt", "sh", "-euc"]
        (folder / "bin").mkdir()
        for name, text in PROGRAMS.items():
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / "bin" / name).chmod(0o755)
        self.environment = dict(engine.environment)
        self.environment |= {"AUTHORITY": str(folder), "CURL_CA_BUNDLE": str(self.authority)}
        self.environment["PATH"] = f"{folder / 'bin'}:{PLACES}"
        request = ["openssl", "req", "-x509", "-days=2", "-newkey=ec", "-nodes", "-subj=/CN=tests"]
        files = ["-keyout=authority-key.pem", "-out=authority.pem"]
        curve = "-pkeyopt=ec_paramgen_curve:P-256"
        subprocess.run([*request, curve, *files], cwd=folder, capture_output=True, check=True)

    def run(self, commands: str) -> str:
        """Run *commands*, each of which must succeed; return what they printed."""
        # The namespace begins at its root.
        placed = f"cd '{self.machine.project}'\n{commands}"
        return run(self.machine.project, *self.way, placed, **self.environment)

    def certificate(self) -> str:
        """Return the number of the certificate that the gateway has, after it was verified."""
        context = ssl.create_default_context(cafile=str(self.authority))
        with (
            socket.create_connection((HOST, PORT), timeout=10) as connection,
            context.wrap_socket(connection, server_hostname=HOST) as secured,
        ):
            return secured.getpeercert()["serialNumber"]


def split(block: str) -> list[str]:
    """Return the commands of a block of the guide, each with the text that is for it alone."""
    return [found[0] for found in COMMAND.finditer(block)]


@pytest.fixture(scope="module", autouse=True)
def resolved():
    """Let this process, too, find the name at this machine."""
    known = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *more, **named: known(
                "127.0.0.1" if host == HOST else host, *more, **named
            ),
        )
        yield


@pytest.fixture(scope="module")
def reader(engine, project, database, tmp_path_factory, record_testsuite_property):
    """Return a reader who has run each command of the page."""
    folder = tmp_path_factory.mktemp("machine")
    with namespace(folder / "etc") as holder:
        reader = Reader(folder, project, engine, holder)
        # What a reader fills in: a database of their own network.
        page = commands_in_page("releases.md", "machine")
        assert page.count("mongodb://…") == 1
        page = page.replace("mongodb://…", f"{database}\nALLOW_PLAINTEXT=MONGODB_URI")
        try:
            for command in split(page):
                began = time.monotonic()
                reader.run(command)
                record_testsuite_property(command, f"{time.monotonic() - began:.1f} s")
            yield reader
        finally:
            engine.try_to_run("swarm", "leave", "--force")


def test_a_release_answers_by_its_name(reader):
    engine, email = reader.machine.engine, "minji@example.com"
    with closing(Client(engine, PORT, reader.authority, email, host=HOST)) as client:
        assert client.ask("POST", "/api/v1/me/notes", {"title": "kept", "body": "x"})[0] == 201
        assert client.titles() == {"kept"}

    assert reader.machine.releases() == ["1"] * 2


def test_what_is_secret_is_its_owners(reader):
    deploy = reader.machine.folder

    assert stat.S_IMODE((deploy / ".env.production").stat().st_mode) == 0o600
    # No copy of the key lies about.
    for name in ("certificate.pem", "certificate-key.pem"):
        assert (deploy / name).is_symlink()
    ignored = (reader.machine.project / ".gitignore").read_text().split()
    assert {".env.*", "*.pem"} <= set(ignored)


def test_nobody_but_the_gateway_is_open(reader):
    # Certbot finds its port free each time.
    listed = reader.machine.engine.run("ps", "--format={{.Names}} {{.Ports}}").splitlines()

    open_ones = {line.partition(".")[0]: line for line in listed if "0.0.0.0" in line}
    assert set(open_ones) == {"my-flask-api_gateway"}
    assert f"0.0.0.0:{PORT}->" in open_ones["my-flask-api_gateway"]


def test_a_certificate_that_is_renewed_reaches_the_gateway_and_nobody_else(reader):
    def servers():
        return reader.machine.engine.run("ps", "--quiet", "--filter=name=my-flask-api_app").split()

    before = reader.certificate(), servers()

    reader.run("sudo certbot renew")

    assert reader.certificate() != before[0]
    assert servers() == before[1]
