"""A machine that releases are made on, as its operator has set it up."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

from tests.containers.engine import PLACES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.containers.engine import Engine

# As the names in deploy/gateway/docker/api.conf.
HOST = "localhost"
# No letter is sent: the server is not asked before one is.
MAIL = {
    "MAIL_URI": "smtps://mail.example.com",
    "MAIL_FROM": "no-reply@example.com",
    "MAIL_LINK_BASE": "https://www.example.com",
}
# As in deploy/stack.yaml: whoever is told to end has so many seconds to finish what it has begun.
REPLICAS, GRACE = 2, 40
WHICH_RELEASE = (
    "import json, urllib.request as u;"
    "print(json.load(u.urlopen('http://127.0.0.1:8000/health/live'))['release'])"
)


class Machine:
    """An engine in Swarm mode, and the folder that release.sh stands in."""

    def __init__(self, engine: Engine, project: Path) -> None:
        self.engine = engine
        self.project = project
        self.folder = project / "deploy"
        self.certificate = self.folder / "certificate.pem"

    def set_up(self, **settings: str) -> None:
        """Lay beside release.sh what an operator lays there."""
        own = {"TRUSTED_HOSTS": HOST, **MAIL, **settings}
        lines = [f'{name}="{value}"\n' for name, value in own.items()]
        settings = (self.project / ".env").read_text() + "".join(lines)
        (self.folder / ".env.production").write_text(settings)
        subprocess.run(
            ["openssl", "req", "-x509", "-days=2", "-newkey=ec", "-nodes", f"-subj=/CN={HOST}",
             "-pkeyopt=ec_paramgen_curve:P-256", f"-addext=subjectAltName=DNS:{HOST}",
             "-keyout=certificate-key.pem", "-out=certificate.pem"],
            cwd=self.folder, capture_output=True, check=True,
        )  # fmt: skip

    def run(self, *words: str, image: str = "", **given: str) -> tuple[int, str]:
        """Run release.sh with the variables *given*; return its exit code and what it printed."""
        own = {"CURL_CA_BUNDLE": str(self.certificate), "IMAGE": image, "URL": f"https://{HOST}"}
        environment = {"HOME": os.environ["HOME"], **self.engine.environment, "PATH": PLACES}
        done = subprocess.run(
            ["sh", "release.sh", *words],
            cwd=self.folder,
            env=environment | own | given,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def releases(self) -> list[str]:
        """Return what each server says of its release, once those have ended that were told to."""
        label = "label=com.docker.swarm.service.name=my-flask-api_app"
        listed = ("ps", "--quiet", "--filter=health=healthy", f"--filter={label}")
        asked = ("python", "-c", WHICH_RELEASE)
        end = time.monotonic() + GRACE
        while len(running := self.engine.run(*listed).split()) > REPLICAS:
            if time.monotonic() > end:
                break
            time.sleep(1)
        return sorted(self.engine.run("exec", each, *asked) for each in running)
