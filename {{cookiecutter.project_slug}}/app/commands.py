"""Commands for operators: `flask <group> <command>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.commands import accounts
from app.database.commands import indexes, prepare
#: if cookiecutter.field_encryption
from app.encryption.commands import encryption
#: endif
#: if cookiecutter.uploads
from app.files.commands import files
#: endif
#: if cookiecutter.task_queue
from app.jobs.commands import jobs
#: endif
#: if cookiecutter.oauth == "server"
from app.oauth.commands import oauth
#: endif
from app.tokens.commands import keys

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
