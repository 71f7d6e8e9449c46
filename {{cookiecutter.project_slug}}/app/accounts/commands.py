"""`flask accounts`: for an operator when accounts may be in the wrong hands."""

from __future__ import annotations

from contextlib import suppress
#: if cookiecutter.mail
from typing import TYPE_CHECKING, Any
#: else
from datetime import timedelta
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Final
#: endif

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from app.accounts import (
    #: if not cookiecutter.mail
    passwords,
    #: endif
    sessions,
    #: if cookiecutter.mail
    sign_ups,
    #: endif
)
from app.accounts.models import Account
from app.database.commands import reported_in_one_line, require_database
#: if not cookiecutter.mail
from app.database.documents import utc_now
#: endif

if TYPE_CHECKING:
    from uuid import UUID

#: if not cookiecutter.mail
# For somebody to type who waits at the telephone.
ONE_TIME_SECONDS: Final = 3600
ONE_TIME_BYTES: Final = 12

#: endif
accounts = AppGroup("accounts", help="See to the accounts of others.")


@accounts.command("end-sessions")
@click.option("--id", "account_id", type=click.UUID, help="Of the account with this id.")
@click.option("--email", help="Of the account with this address.")
@click.option("--all", "is_all", is_flag=True, help="Of every account.")
def end_sessions(*, account_id: UUID | None, email: str | None, is_all: bool) -> None:
    """End every session at once: people and other apps have to log in or ask again."""
    given = [account_id is not None, email is not None, is_all]
    if sum(given) != 1:
        raise click.ClickException("say whose: --id, --email or --all, one of them")
    require_database()
    with reported_in_one_line():
        found: dict[str, Any] = {} if is_all else {"_id": account_id}
        if email is not None:
            account = Account.objects(__raw__=Account.with_email(_normalize(email))).first()
            found = {"_id": account and account.id}
        ended = sessions.end_all(found)
    if not ended and not is_all:
        raise click.ClickException("there is no such account")
    click.echo(f"ended every session of {ended} account{'s' if ended != 1 else ''}")


#: if cookiecutter.mail
@accounts.command("confirm")
@click.argument("email")
def confirm(email: str) -> None:
    """Confirm the address of a new account whose letter does not arrive."""
    require_database()
    with reported_in_one_line():
        has_confirmed = sign_ups.confirm(_normalize(email))
    if not has_confirmed:
        raise click.ClickException("there is no account of this address to confirm")
    click.echo("confirmed: the account can log in")


#: else
@accounts.command("reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """Give an account a password for one log-in within an hour, and end its sessions and jail.

    Whoever logs in with it sets another at once: PUT /api/v1/me/password takes it as the current.
    """
    require_database()
    password = token_urlsafe(ONE_TIME_BYTES)
    with reported_in_one_line():
        until = utc_now() + timedelta(seconds=ONE_TIME_SECONDS)
        changes = {
            "$set": {"passwordHash": passwords.hash_password(password), "oneTimeUntil": until},
            "$inc": {"resets": 1},
        }
        found = {**Account.with_email(_normalize(email)), "deletionBeganAt": None}
        has_reset = sessions.end_all(found, changes)
    if not has_reset:
        raise click.ClickException("there is no such account")
    click.echo(f"one-time password, for an hour: {password}")


#: endif
def _normalize(email: str) -> str:
    """Return an e-mail in the spelling that sign-up gives it, and other text unchanged."""
    with suppress(EmailNotValidError):
        return validate_email(email, check_deliverability=False).normalized
    return email
