"""The image of the unmodified Dockerfile: what is in it, how it serves and how it ends."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from tests.containers.images import RELEASE
from tests.containers.machine import MAIL, WHICH_RELEASE

pytestmark = [pytest.mark.pairs, pytest.mark.timeout(1800)]

CANARY = "canary-of-nobodys-secrets"
SECRETS = (
    ".env",
    ".env.production",
    "app/.env",
    "app/signing.pem",
    "config/tls.key",
    "deploy/certificate-key.pem",
)
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
# Compilers, package managers, and programs that fetch.
TOOLS = ("cc", "gcc", "g++", "make", "pip", "pip3", "uv", "git", "curl", "wget", "pytest", "ruff")


@pytest.fixture
def served(engine, project, image, database):
    """Run the image hardened; return the address it is at."""
    settings = project / "settings"
    settings.write_text((project / ".env").read_text())
    settings.chmod(0o444)
    engine.run(
        "run", "--detach", "--name=served", *HARDENED, f"--env-file={settings}",
        f"--env=MONGODB_URI={database}", "--env=ALLOW_PLAINTEXT=MONGODB_URI",
        "--env=TRUSTED_HOSTS=localhost", "--env=TRUSTED_PROXIES=1",
        *(f"--env={name}={value}" for name, value in MAIL.items()), image,
    )  # fmt: skip
    try:
        engine.await_health("served")
        networks = engine.look_at("inspect", "served")["NetworkSettings"]["Networks"]
        yield networks["bridge"]["IPAddress"]
    finally:
        settings.unlink()
        engine.run("rm", "--force", "served")


@pytest.mark.usefixtures("served")
def test_it_serves_hardened_and_tells_its_release(engine, image):
    configuration = engine.look_at("inspect", image)["Config"]

    assert engine.run("exec", "served", "python", "-c", WHICH_RELEASE) == RELEASE
    assert configuration["Labels"]["org.opencontainers.image.version"] == RELEASE
    assert engine.run("exec", "served", "id", "-u") == "10001"
    assert engine.try_to_run("exec", "served", "touch", "/srv/new").returncode
    # The first process is the server, which hears what it is told.
    assert "gunicorn" in engine.run("exec", "served", "cat", "/proc/1/cmdline")


def test_no_tools_and_nothing_of_development_are_in_it(engine, image):
    look = f"for name in {' '.join(TOOLS)}; do command -v $name; done; ls -A /srv"

    found = engine.run("run", "--rm", "--entrypoint=sh", image, "-c", look).split()

    assert sorted(found) == [".venv", "app", "config", "gunicorn.conf.py", "worker.py", "wsgi.py"]
    assert engine.try_to_run("run", "--rm", image, "python", "-m", "pip").returncode
    assert engine.try_to_run("run", "--rm", image, "python", "-c", "import pytest").returncode


def test_no_secret_gets_into_it(engine, project):
    planted = {project / name: (project / name).exists() for name in SECRETS}
    texts = {path: path.read_text() for path, was_there in planted.items() if was_there}
    try:
        for path in planted:
            path.write_text(texts.get(path, "") + f"\nOTHER={CANARY}\n")
        engine.build(project, "app:planted")
    finally:
        for path in planted:
            path.write_text(texts[path]) if path in texts else path.unlink()

    search = ("grep", "-r", "-l", "--exclude-dir=proc", "--exclude-dir=sys", CANARY, "/")
    assert not engine.try_to_run("run", "--rm", "--user=0", "app:planted", *search).stdout
    assert CANARY not in engine.run("history", "--no-trunc", "app:planted")


def test_what_has_begun_is_answered_when_it_is_told_to_end(engine, served):
    body = b'{"email": "nobody@example.com", "password": "a passphrase of nobody"}'
    head = (
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    stopping = threading.Thread(target=engine.run, args=["stop", "--time=40", "served"])
    with socket.create_connection((served, 8000), timeout=30) as connection:
        connection.sendall(head.encode() + body[:10])
        time.sleep(1)  # Until a worker has it: what has only arrived has not begun.
        began = time.monotonic()
        stopping.start()
        time.sleep(2)
        connection.sendall(body[10:])
        answer = connection.makefile("rb").readline()
    stopping.join()

    assert answer.split()[1] == b"401"
    assert time.monotonic() - began < 20
    assert engine.look_at("inspect", "served")["State"]["ExitCode"] == 0


def test_the_base_is_named_by_a_tag_as_long_as_no_digest_is_known(project):
    """A registry has to be asked for it, which an update tool does."""
    for path in (project / "Dockerfile", project / "deploy" / "gateway" / "Dockerfile"):
        bases = [line for line in path.read_text().splitlines() if line.startswith("ARG BASE=")]
        assert len(bases) == 1
        assert ":" in bases[0]
        assert "@" not in bases[0], "a digest stands here now: say so in docs/*/releases.md"
