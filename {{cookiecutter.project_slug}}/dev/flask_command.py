"""A `flask` command with the settings of the running `make run`: `make flask`, `make shell`."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values
from flask.cli import FlaskGroup

from app import create_app
from app.database.documents import document_classes
from config import ConfigurationError, Development
from config.environment import Environment
from dev.run import DATA, RUNNING

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


def main(arguments: list[str], data: Path = DATA) -> None:
    """Run the command that *arguments* name; a missing setting is one line and exit code 1."""
    try:
        app = make_app(data.with_name(RUNNING))
    except ConfigurationError as error:
        sys.exit(str(error))
    FlaskGroup(create_app=lambda: app, load_dotenv=False).main(arguments, prog_name="flask")


def make_app(running: Path) -> Flask:
    """Return the app, with the settings that `make run` wrote to *running* as defaults.

    Raises ConfigurationError, also if that file is needed and missing.
    """
    environment = Environment.load()
    embedded = dotenv_values(running, interpolate=False)
    told = {name: text for name, text in embedded.items() if text and not environment.holds(name)}
    if not embedded and not environment.holds("MONGODB_URI"):
        raise ConfigurationError(["`make run` is not running: start it, or set MONGODB_URI"])
    process = {**environment.process, **told}
    app = create_app(Development.from_environment(replace(environment, process=process)))
    app.shell_context_processor(documents)
    return app


def documents() -> dict[str, Any]:
    """Return every document class by its name, for a prompt."""
    return {document.__name__: document for document in document_classes()}


if __name__ == "__main__":
    main(sys.argv[1:])
