"""Commands for operators: `flask <group> <command>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.accounts import accounts
#: if cookiecutter.field_encryption
from app.commands.encryption import encryption
#: endif
#: if cookiecutter.uploads
from app.commands.files import files
#: endif
from app.commands.indexes import indexes
#: if cookiecutter.task_queue
from app.commands.jobs import jobs
#: endif
from app.commands.keys import keys
#: if cookiecutter.oauth == "server"
from app.commands.oauth import oauth
#: endif
from app.commands.prepare import prepare

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Add every command to `flask`."""
    app.cli.add_command(accounts)
    #: if cookiecutter.field_encryption
    app.cli.add_command(encryption)
    #: endif
    #: if cookiecutter.uploads
    app.cli.add_command(files)
    #: endif
    app.cli.add_command(indexes)
    #: if cookiecutter.task_queue
    app.cli.add_command(jobs)
    #: endif
    app.cli.add_command(keys)
    #: if cookiecutter.oauth == "server"
    app.cli.add_command(oauth)
    #: endif
    app.cli.add_command(prepare)
