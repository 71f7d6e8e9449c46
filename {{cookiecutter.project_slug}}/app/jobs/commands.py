"""`flask jobs`: do by hand what workers do by themselves."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.database.commands import reported_in_one_line, require_database
from app.errors import ServiceUnavailableError
from app.jobs import service

jobs = AppGroup("jobs", help="Look after jobs.")


@jobs.command("sweep")
def sweep() -> None:
    """Send again what should have been taken up by now, as every worker does by itself."""
    require_database()
    sent = 0
    with reported_in_one_line():
        try:
            while more := service.sweep():
                sent += more
        except ServiceUnavailableError:
            raise click.ClickException("the broker does not answer") from None
    click.echo(f"{sent} jobs sent again")
