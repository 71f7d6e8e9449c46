"""Render the template in memory, and run cookiecutter's own program."""

from __future__ import annotations

import fnmatch
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cookiecutter.utils import create_env_with_context
from jinja2 import BaseLoader, FileSystemLoader

from local_extensions import manifest
from local_extensions.__main__ import typed
from local_extensions.answers import CHOICES, CONTEXT, QUESTIONS, YES_NO, default_slug
from tests.compiled import REMEMBERING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "{{cookiecutter.project_slug}}"
DEFAULTS = QUESTIONS | {name: choices[0] for name, choices in CHOICES.items()}
MADE_BY_TOOLS = {
    "__pycache__", ".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv"
}  # fmt: skip
EVERYTHING_OFF = {
    **dict.fromkeys(YES_NO, False),
    **{name: "none" for name, choices in CHOICES.items() if "none" in choices},
}

# One project for each value of each answer, and the extremes; tests/variants/ has every variant.
VARIANTS: dict[str, dict[str, Any]] = {
    **{
        f"{name}={value}": {name: value}
        for name, values in (CHOICES | dict.fromkeys(YES_NO, (True, False))).items()
        for value in values
    },
    "everything-off": EVERYTHING_OFF,
    "everything-on": {
        **dict.fromkeys(YES_NO, True),
        "jwt_algorithm": "ES256",
        "api_docs": "redoc",
        "oauth": "server",
    },
}


def complete(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return all answers, as sources see them: *answers* and defaults for the rest."""
    full = DEFAULTS | {name: given(name, answer) for name, answer in answers.items()}
    if "project_slug" not in answers:
        full["project_slug"] = default_slug(full["project_name"])
    return full


def given(name: str, answer: Any) -> Any:
    """Return an *answer* as Cookiecutter reads it, if it was typed."""
    return typed(name, answer) if isinstance(answer, str) else answer


def files_in(folder: Path) -> Iterator[Path]:
    """Yield each file under *folder* that a person wrote."""
    for path in sorted(folder.iterdir()):
        if path.name not in MADE_BY_TOOLS:
            if path.is_dir():
                yield from files_in(path)
            else:
                yield path


def make_environment(loader: BaseLoader) -> Any:
    """Return the Jinja environment that cookiecutter renders this template with."""
    environment = create_env_with_context({"cookiecutter": CONTEXT})
    environment.loader = loader
    return environment


@cache
def compiled(name: str) -> Any:
    """Return what Jinja makes of the source *name*, once."""
    return make_environment(FileSystemLoader(str(SOURCES))).get_template(name)


def is_pruned(path: str, pruned: set[str]) -> bool:
    """Tell whether *path* is, or is in, one of the *pruned* paths."""
    return any(path == name or (name.endswith("/") and path.startswith(name)) for name in pruned)


def render(answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each file of a project by its path, as after the post-gen hook."""
    full = complete(answers)
    pruned = set(manifest.to_prune(full))
    names = (path.relative_to(SOURCES).as_posix() for path in files_in(SOURCES))
    return {name: render_source(name, full) for name in names if not is_pruned(name, pruned)}


def render_source(name: str, answers: Mapping[str, Any]) -> str:
    """Return the text of one file of a project with all *answers*."""
    if is_copied(name):
        return (SOURCES / name).read_text("utf-8")
    return str(compiled(name).render(cookiecutter=answers))


def is_copied(name: str) -> bool:
    """Tell whether cookiecutter copies the file as it is."""
    return any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])


def run_cookiecutter(
    *arguments: str, environment: Mapping[str, str], folder: Path, answers: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the real program in *folder*, with *answers* typed into it."""
    return subprocess.run(
        [*REMEMBERING, "cookiecutter", *arguments],
        cwd=folder,
        env=dict(environment),
        input=answers,
        capture_output=True,
        text=True,
        check=False,
    )
