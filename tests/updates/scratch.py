"""Keep a template and its projects in git, as their owners do."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from tests import projects
from tests.compiled import REMEMBERING
from tests.rendering import MADE_BY_TOOLS, ROOT, files_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "my_flask_api"
# What a project keeps to itself, or what only cruft writes.
OWN = {".env", ".cruft.json", ".checklist.json"}
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Owner"), ("EMAIL", "owner@example.com"))
}
CRUFT = (*REMEMBERING, "cruft")
# Compiled files are what may mislead Python after an update: they are written here.
SURROUNDINGS = {**IDENTITY, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONDONTWRITEBYTECODE": ""}


def run(folder: Path, *command: str) -> str:
    """Run *command* in *folder* as somebody with an empty home would; return what it printed."""
    return projects.run(folder, *command, **SURROUNDINGS)


def commit(folder: Path) -> None:
    """Record all that is in *folder*, which becomes a repository if it is none."""
    run(folder, "git", "init", "--quiet")
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", "--message", "All there is")


def copy_template(to: Path) -> Path:
    """Copy what this repository generates projects from, and commit it."""
    for name in ("hooks", "local_extensions", "{{cookiecutter.project_slug}}"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns(*MADE_BY_TOOLS))
    shutil.copy(ROOT / "cookiecutter.json", to)
    shutil.copy(ROOT / ".gitignore", to)
    commit(to)
    return to


def create(template: str, folder: Path) -> Path:
    """Have cruft make a project of *template* in *folder*, and commit it."""
    run(folder, *CRUFT, "create", "--no-input", template)
    commit(folder / NAME)
    return folder / NAME


def update(project: Path, answers: Mapping[str, Any] | None = None) -> None:
    """Have cruft bring *project* to the last version of its template, with other *answers*."""
    given = ["--variables-to-update", json.dumps(answers)] if answers else []
    output = run(project, *CRUFT, "update", "--skip-apply-ask", *given)
    assert "is as clean as possible" in output, output
    assert not list(project.rglob("*.rej"))
    assert not list(project.rglob("*.orig"))
    assert not run(project, "git", "ls-files", "--unmerged")
    commit(project)


def contents(project: Path) -> dict[str, str]:
    """Return the text of each file by its path, without what each project has of its own."""
    paths = {path.relative_to(project).as_posix(): path for path in files_in(project)}
    return {name: path.read_text("utf-8") for name, path in paths.items() if name not in OWN}


def replace(path: Path, old: str, new: str) -> None:
    """Change the one place in the file *path* where *old* stands."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{path}: {old!r} stands there {text.count(old)} times"
    path.write_text(text.replace(old, new), "utf-8")
