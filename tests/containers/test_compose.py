"""The whole system on a laptop, by the one command that the README gives."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.containers.load import Client

pytestmark = [pytest.mark.pairs, pytest.mark.timeout(1800)]

COMPOSE = shutil.which("docker-compose", path=str(Path(sys.executable).parent)) or "docker-compose"
PORT = 8443


@pytest.fixture
def compose(engine, project, image, gateway, database_image):
    """Return a function that runs compose in the project."""
    for name in (gateway, database_image):
        engine.run("image", "inspect", name)
    engine.run("tag", image, "my-flask-api")

    def run(*words):
        done = subprocess.run(
            [COMPOSE, *words],
            cwd=project,
            env={"HOME": str(project.parent), **engine.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    yield run
    run("down", "--volumes", "--timeout", "40")


def start(compose, tmp_path):
    """Start everything; return the certificate that the gateway has made for itself."""
    compose("up", "--no-build", "--wait", "--wait-timeout", "180")
    certificate = tmp_path / "certificate.pem"
    compose("cp", "gateway:/run/secrets/certificate.pem", str(certificate))
    return certificate


def test_one_command_brings_what_an_account_needs_and_keeps_it(compose, engine, tmp_path):
    with closing(Client(PORT, start(compose, tmp_path), "minji@example.com")) as client:
        assert client.ask("POST", "/api/v1/me/notes", {"title": "kept", "body": "x"})[0] == 201
        assert client.titles() == {"kept"}
        # Passwords are made once: the database knows them.
        client.close()
        compose("down", "--timeout", "40")
        start(compose, tmp_path)
        assert client.titles() == {"kept"}

    published = {
        container: list(engine.look_at("inspect", container)["NetworkSettings"]["Ports"].values())
        for container in engine.run("ps", "--format={{.Names}}").split()
    }
    open_ones = {name for name, ports in published.items() if any(ports)}
    assert open_ones == {"my-flask-api-gateway-1"}


def test_nobody_reads_what_is_anothers(compose, engine, tmp_path):
    start(compose, tmp_path)
    readers = {
        "settings": "app",
        "mongo.uri": "app",
        "mongo.key": "mongo",
        "mongo.password": "mongo",
        "certificate-key.pem": "gateway",
    }
    for name, reader in readers.items():
        for service in ("app", "mongo", "gateway"):
            container = f"my-flask-api-{service}-1"
            done = engine.try_to_run("exec", container, "cat", f"/run/secrets/{name}")
            assert (done.returncode == 0) == (service == reader), (service, name)
