"""The whole system on a laptop, by the one command that the README gives."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.containers import images
from tests.containers.load import Client

pytestmark = [pytest.mark.pairs, pytest.mark.timeout(1800)]

COMPOSE = shutil.which("docker-compose", path=str(Path(sys.executable).parent)) or "docker-compose"
PORT = 8443
FILE = b"\x89PNG of nobody"


@pytest.fixture(scope="module")
def laptop(engine, bake_session, tmp_path_factory):
    """Return a project with an object store, and have the images that it names."""
    project = bake_session(uploads="yes")
    engine.build(project, "my-flask-api")
    folder = tmp_path_factory.mktemp("images")
    images.make_store(engine, folder, "chrislusf/seaweedfs:4.47")
    images.make_mail(engine, folder, "axllent/mailpit:v1.27")
    return project


@pytest.fixture
def compose(engine, laptop, gateway, database_image):
    """Return a function that runs compose in the project."""
    for name in (gateway, database_image):
        engine.run("image", "inspect", name)

    def run(*words):
        done = subprocess.run(
            [COMPOSE, *words],
            cwd=laptop,
            env={"HOME": str(laptop.parent), **engine.environment},
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
    with closing(Client(engine, PORT, start(compose, tmp_path), "minji@example.com")) as client:
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
    assert open_ones == {"my-flask-api-gateway-1", "my-flask-api-mail-1"}


def test_a_file_goes_to_the_store_and_comes_back(compose, engine, tmp_path):
    certificate = start(compose, tmp_path)
    (tmp_path / "file").write_bytes(FILE)
    (tmp_path / "longer").write_bytes(FILE + b"!")
    announced = {"fileName": "x.png", "contentType": "image/png", "size": len(FILE)}

    def curl(*words):
        command = ["curl", "--silent", "--write-out", "%{http_code}", "--cacert", certificate]
        return subprocess.run([*command, *words], capture_output=True, check=True).stdout

    with closing(Client(engine, PORT, certificate, "files@example.com")) as client:
        status, file = client.ask("POST", "/api/v1/me/files", announced)
        assert status == 201, file
        form = [f"{each['name']}={each['value']}" for each in file["upload"]["fields"]]
        fields = [word for each in form for word in ("--form-string", each)]
        send = (file["upload"]["url"], *fields, "--form")
        path = f"/api/v1/me/files/{file['id']}"

        assert curl(*send, f"file=@{tmp_path / 'longer'}")[-3:] == b"400"
        assert client.ask("PATCH", path, {"status": "stored"})[0] == 409
        assert curl(*send, f"file=@{tmp_path / 'file'}") == b"204"
        status, stored = client.ask("PATCH", path, {"status": "stored"})

        assert status == 200, stored
        assert curl(stored["url"]) == FILE + b"200"
        assert client.ask("DELETE", path)[0] == 204
        assert curl(stored["url"])[-3:] in {b"403", b"404"}


def test_nobody_reads_what_is_anothers(compose, engine, tmp_path):
    start(compose, tmp_path)
    readers = {
        "settings": "app",
        "mongo.uri": "app",
        "mongo.key": "mongo",
        "mongo.password": "mongo",
        "certificate-key.pem": "gateway",
        "store.secret": "app",
        "store.json": "store",
    }
    for name, reader in readers.items():
        for service in ("app", "mongo", "gateway", "store"):
            container = f"my-flask-api-{service}-1"
            done = engine.try_to_run("exec", container, "cat", f"/run/secrets/{name}")
            assert (done.returncode == 0) == (service == reader), (service, name)
