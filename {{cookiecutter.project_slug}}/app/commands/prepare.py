"""`flask prepare`: what is done once when a server starts, before its workers."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.commands.errors import reported_in_one_line
from app.services import database_preparation


@click.command("prepare")
@with_appcontext
def prepare() -> None:
    """Prepare the database; where MongoDB is silent, say so and let the server start unready."""
    if not database_preparation.is_database_answering():
        click.echo("MongoDB does not answer: the server starts unready", err=True)
        return
    with reported_in_one_line():
        database_preparation.prepare()
