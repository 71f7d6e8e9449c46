"""`flask files`: finish what uploads and deletions have left to do."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.database.commands import reported_in_one_line, require_database
from app.errors import ServiceUnavailableError
from app.files import service

files = AppGroup("files", help="Finish what uploads and deletions have left to do.")


@files.command("clean")
def clean() -> None:
    """Remove files that nobody confirmed in time, and objects of files that were deleted.

    For cron, every few minutes. Safe to run again, several at once, and after an interruption.
    """
    require_database()
    with reported_in_one_line():
        try:
            cleaned = service.clean()
        except ServiceUnavailableError as error:
            message = "the object store does not carry this out: run it again later"
            raise click.ClickException(message) from error
    click.echo(f"objects removed    {cleaned.objects}")
    click.echo(f"documents removed  {cleaned.documents}")
