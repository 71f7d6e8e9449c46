"""`flask books`: say who keeps the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.accounts.models import Account
from app.books import service
from app.database.commands import reported_in_one_line, require_database

if TYPE_CHECKING:
    from uuid import UUID

books = AppGroup("books", help="See to the catalogue.")


@books.command("appoint")
@click.argument("account_id", type=click.UUID)
def appoint(account_id: UUID) -> None:
    """Let the account with this id change the catalogue."""
    require_database()
    with reported_in_one_line():
        if Account.objects(id=account_id).first() is None:
            raise click.ClickException("there is no such account")
        service.appoint(account_id)
    click.echo("appointed an editor")
