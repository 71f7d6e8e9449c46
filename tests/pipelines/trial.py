"""A repository whose pipeline is run on this machine, and what its steps did.

The steps are the pipeline's own. What takes minutes or reaches further than this machine writes a
line instead: `make`'s recipes, the engine, the scanners and the script that deploys.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import clean_environment

if TYPE_CHECKING:
    from pathlib import Path

TAG = "v1.2.3"
IMAGE = "registry.example.com/team/api"
# What was built of the app, and of the gateway.
APP, GATEWAY = f"sha256:{'ab' * 32}", f"sha256:{'cd' * 32}"
# What its owner has told the forge.
VARIABLES = {
    "URL": "https://api.example.com",
    "DEPLOY_TARGET": "deploy@api.example.com",
    "DEPLOY_KNOWN_HOSTS": "api.example.com ssh-ed25519 AAAA",
}
SECRETS = {"DEPLOY_KEY": "a-private-key"}
# What the script that deploys is told, and by which variables.
RELEASED = (
    f"release.sh release {TAG} {IMAGE}@{APP} {IMAGE}@{GATEWAY} "
    f"{VARIABLES['URL']} ssh://{VARIABLES['DEPLOY_TARGET']}"
)
ROLLED_BACK = {
    TAG: f"release.sh rollback {TAG} {IMAGE} {IMAGE}:gateway-{TAG} ",
    "": f"release.sh rollback {IMAGE} ",
}
MAKEFILE = """\
.PHONY: lint types test test-all
lint types test test-all:
	@echo "make $@" >> "$$RECORD"
	@[ "$$BREAKS" != $@ ]
"""
PROGRAM = """\
#!/bin/sh
echo "{name} $*" >> "$RECORD"
# Whoever hears no end of a password is killed by a closed pipe.
case "$*" in *--password-stdin*) cat > /dev/null ;; esac
[ "{name}" != "$BREAKS" ] || exit 1
case "$*" in *deploy/gateway) digest={gateway} ;; *) digest={app} ;; esac
[ "$2" != build ] || printf '{{\\n  "containerimage.digest": "%s"\\n}}\\n' "$digest" > built.json
"""
SCRIPT = """\
#!/bin/sh
echo "release.sh $* $IMAGE $GATEWAY $URL $DOCKER_HOST" >> "$RECORD"
"""


@dataclass(frozen=True)
class Repository:
    """A project under git, with a tag, and the file that its steps write to."""

    folder: Path

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.folder / "project"

    @property
    def record(self) -> Path:
        """What the steps have written."""
        return self.folder / "record"

    @property
    def path(self) -> str:
        """Where programs are looked for: those that write a line come before all others."""
        return f"{self.folder / 'bin'}:{os.environ['PATH']}"

    def read(self) -> list[str]:
        """Return the lines that the steps have written."""
        return self.record.read_text("utf-8").splitlines() if self.record.exists() else []

    def run(self, *command: str, **variables: str) -> tuple[bool, str]:
        """Run *command* in the project; tell whether it succeeded, and what it printed."""
        environment = clean_environment(self.folder / "home") | variables
        done = subprocess.run(
            command,
            cwd=self.project,
            env=environment | {"PATH": self.path, "RECORD": str(self.record)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode == 0, done.stdout


def make_repository(project: Path, folder: Path) -> Repository:
    """Return a repository in *folder* that holds a copy of a generated *project*."""
    repository = Repository(folder)
    shutil.copytree(project, repository.project)
    (repository.project / "Makefile").write_text(MAKEFILE, "utf-8")
    programs = folder / "bin"
    programs.mkdir()
    for name in ("apk", "docker", "gitleaks", "trivy"):
        write_program(programs / name, PROGRAM.format(name=name, app=APP, gateway=GATEWAY))
    if (repository.project / "deploy").exists():
        write_program(repository.project / "deploy" / "release.sh", SCRIPT)
    git = ("git", "-c", "user.name=Minji", "-c", "user.email=minji@example.com")
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("remote", "add", "origin", "https://git.example.com/team/api.git"),
        ("add", "--all"),
        ("commit", "--quiet", "--message=Begin"),
        ("tag", TAG),
    ):
        is_done, printed = repository.run(*git, *words)
        assert is_done, printed
    return repository


def write_program(path: Path, text: str) -> None:
    """Write a script that can be run."""
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def project_of(bake_session, tmp_path_factory, **answers: str) -> Path:
    """Return a project with *answers* that the tests of this process share."""
    folder = tmp_path_factory.getbasetemp() / "-".join(("project", *answers.values()))
    return folder if folder.exists() else bake_session(**answers).rename(folder)
