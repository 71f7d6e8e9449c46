"""What operators do by hand: `flask <group> <command>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

#: if cookiecutter.field_encryption
from app.commands.encryption import encryption
#: endif
from app.commands.indexes import indexes
from app.commands.keys import keys
from app.commands.preparation import prepare

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Add every command to `flask`."""
    #: if cookiecutter.field_encryption
    app.cli.add_command(encryption)
    #: endif
    app.cli.add_command(indexes)
    app.cli.add_command(keys)
    app.cli.add_command(prepare)
