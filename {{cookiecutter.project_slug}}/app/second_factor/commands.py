"""`flask accounts remove-second-factor`: for whoever has lost app and recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from app.accounts.commands import of_one_account
from app.second_factor import service

if TYPE_CHECKING:
    from uuid import UUID


@click.command("remove-second-factor")
@with_appcontext
@of_one_account
def remove_second_factor(account_id: UUID | None) -> str:
    """Let an account log in without a code, once you know that its owner asks; ends its sessions.

    The password stays: where somebody else may have it, another one is needed as well.
    """
    if account_id is None or not service.remove_for(account_id):
        raise click.ClickException("there is no such account with a second factor")
    return "removed the second factor, and ended every session of the account"
