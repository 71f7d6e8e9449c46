"""`flask accounts remove-second-factor`: for whoever has lost app and recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from app.accounts.commands import normalize
from app.accounts.models import Account
from app.database.commands import reported_in_one_line, require_database
from app.second_factor import service

if TYPE_CHECKING:
    from uuid import UUID


@click.command("remove-second-factor")
@with_appcontext
@click.option("--id", "account_id", type=click.UUID, help="Of the account with this id.")
@click.option("--email", help="Of the account with this address.")
def remove_second_factor(*, account_id: UUID | None, email: str | None) -> None:
    """Let an account log in without a code, once you know that its owner asks; ends its sessions.

    The password stays. Whoever may have it, too, is shut out by another one alone.
    """
    if (account_id is None) == (email is None):
        raise click.ClickException("say whose: --id or --email")
    require_database()
    with reported_in_one_line():
        if email is not None:
            account = Account.objects(__raw__=Account.with_email(normalize(email))).first()
            account_id = account and account.id
        is_removed = account_id is not None and service.remove_for(account_id)
    if not is_removed:
        raise click.ClickException("there is no such account with a second factor")
    click.echo("removed the second factor, and ended every session of the account")
