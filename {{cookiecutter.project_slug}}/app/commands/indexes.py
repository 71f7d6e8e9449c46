"""`flask indexes`: the indexes that the queries of this app need."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.commands.errors import reported_in_one_line, require_database
from app.services import database_preparation

indexes = AppGroup("indexes", help="Make the indexes that the queries of this app need.")


@indexes.command("ensure")
def ensure() -> None:
    """Make what is missing; safe to run again, and while the app is serving."""
    require_database()
    with reported_in_one_line():
        ensured = database_preparation.prepare()
    for name in ensured.existing:
        click.echo(f"exists  {name}")
    for name in ensured.made:
        click.echo(f"made    {name}")
