"""Give cookiecutter.json, the sources and the hooks the filters they use."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

from jinja2.ext import Extension

from local_extensions import manifest
from local_extensions.answers import (
    canonical,
    default_slug,
    distribution,
    in_quotes,
    markdown,
    mistakes_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

# Cookiecutter changes the current folder while it works; this is the one its user is in.
START = os.getcwd()


def checked(answers: Mapping[str, Any]) -> str:
    """End the run with one line for each of the *answers* so far that is wrong."""
    if mistakes := mistakes_in(answers):
        from cookiecutter.exceptions import FailedHookException

        raise FailedHookException("\n".join(mistakes))
    return "yes"


def checked_folder(answers: Mapping[str, Any]) -> str:
    """Return the project's folder once all *answers* are found right."""
    checked(answers)
    return str(answers["project_slug"])


def folder(answers: Mapping[str, Any]) -> str:
    """Return the project's folder as its user calls it."""
    project = os.path.join(answers.get("_output_dir", START), answers["project_slug"])
    return shlex.quote(os.path.relpath(project, START))


def plan(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has to be done to finish the project."""
    return {
        "left_out": list(manifest.left_out(answers)),
        "prune": list(manifest.to_prune(answers)),
        "secrets": [secret[:3] for secret in manifest.to_make(answers)],
    }


class Answers(Extension):
    """Add the filters."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters.update(
            project_slug=default_slug,
            canonical=canonical,
            checked=checked,
            checked_folder=checked_folder,
            distribution=distribution,
            folder=folder,
            in_quotes=in_quotes,
            markdown=markdown,
            plan=plan,
        )
