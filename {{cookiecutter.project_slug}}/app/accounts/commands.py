"""`flask accounts`: for an operator, who may do what no account may do to another."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
#: if not cookiecutter.mail
from datetime import timedelta
#: endif
from functools import wraps
#: if not cookiecutter.mail
from secrets import token_urlsafe
#: endif
from typing import TYPE_CHECKING, Any, Final

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from app.accounts import (
    #: if cookiecutter.mail
    confirmations,
    #: else
    passwords,
    #: endif
    sessions,
    standing,
)
from app.accounts.errors import (
    #: if cookiecutter.mail
    AccountUnconfirmedError,
    #: endif
    LastAdminError,
)
from app.accounts.models import Account, stored_accounts
from app.accounts.roles import Role
from app.database.commands import reported_in_one_line, require_database
#: if not cookiecutter.mail
from app.database.documents import utc_now
#: endif
from app.errors import NotFoundError
#: if cookiecutter.second_factor
from app.second_factor import service as second_factor
#: endif
#: if not cookiecutter.mail
from app.security_events import Event
#: endif

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

#: if not cookiecutter.mail
# For somebody to type who waits at the telephone.
ONE_TIME_SECONDS: Final = 3600
ONE_TIME_BYTES: Final = 12

#: endif
accounts = AppGroup("accounts", help="See to the accounts of others.")

# Everybody is a member.
_ROLE: Final = click.argument(
    "role", type=click.Choice([role.value for role in Role if role is not Role.MEMBER])
)
_BY_ID: Final = click.option("--id", "account_id", type=click.UUID, help="Of this id.")
_BY_EMAIL: Final = click.option("--email", help="Of this address.")


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
        found = {"_id": account_id or _find_id(email)}
        ended = sessions.end_everybodys() if is_all else sessions.end_all(found)
    if not ended and not is_all:
        raise click.ClickException("there is no such account")
    click.echo(f"ended every session of {ended:d} account{'s' if ended != 1 else ''}")


def of_one_account(function: Callable[..., str]) -> Callable[..., None]:
    """Hand a command the account that --id or --email names, and print what it returns."""

    @_BY_ID
    @_BY_EMAIL
    @wraps(function)
    def command(account_id: UUID | None, email: str | None, **options: Any) -> None:
        if (account_id is None) == (email is None):
            raise click.ClickException("say whose: --id or --email, one of them")
        require_database()
        with reported_in_one_line(), _refused_in_one_line():
            click.echo(function(account_id or _find_id(email), **options))

    return command


@accounts.command("grant")
@_ROLE
@of_one_account
def grant(account_id: UUID | None, role: str) -> str:
    """Give an account a role; it counts from the next request on."""
    _change(account_id, lambda before: replace(before, roles=before.roles | {role}))
    return f"the account has the role {role}"


@accounts.command("revoke")
@_ROLE
@of_one_account
def revoke(account_id: UUID | None, role: str) -> str:
    """Take a role from an account at once; the last admin stays one."""
    _change(account_id, lambda before: replace(before, roles=before.roles - {role}))
    return f"the account does not have the role {role}"


@accounts.command("suspend")
@of_one_account
def suspend(account_id: UUID | None) -> str:
    """End every session of an account, and let nobody log in to it."""
    _change(account_id, lambda before: replace(before, is_suspended=True))
    return "the account is suspended"


@accounts.command("unsuspend")
@of_one_account
def unsuspend(account_id: UUID | None) -> str:
    """Let the owner of a suspended account log in again."""
    _change(account_id, lambda before: replace(before, is_suspended=False))
    return "the account is active"


#: if cookiecutter.second_factor
@accounts.command("remove-second-factor")
@of_one_account
def remove_second_factor(account_id: UUID | None) -> str:
    """End every session of an account that has lost app and recovery codes, and ask for none."""
    if account_id is None or not second_factor.remove_for(account_id):
        raise click.ClickException("there is no such account with a second factor")
    return "removed the second factor, and ended every session of the account"


#: endif
@accounts.command("list")
def list_all() -> None:
    """Print the id, state and roles of every account, the oldest first."""
    require_database()
    with reported_in_one_line():
        shown = {"isSuspended": 1, "roles": 1}
        #: if cookiecutter.mail
        shown["unconfirmedUntil"] = 1
        #: endif
        # Read in batches, however many there are.
        found = stored_accounts().find({"deletionBeganAt": None}, shown)
        for record in found.sort([("createdAt", 1), ("_id", 1)]):
            state = "suspended" if record.get("isSuspended") else "active"
            #: if cookiecutter.mail
            state = "unconfirmed" if "unconfirmedUntil" in record else state
            #: endif
            roles = sorted({Role.MEMBER.value, *record.get("roles", ())})
            click.echo(f"{record['_id']}  {state:11}  {', '.join(roles)}")


def _change(
    account_id: UUID | None, decide: Callable[[standing.Standing], standing.Standing]
) -> None:
    if account_id is None:
        raise NotFoundError
    standing.change(account_id, decide)


@contextmanager
def _refused_in_one_line() -> Iterator[None]:
    try:
        yield
    except NotFoundError:
        raise click.ClickException("there is no such account") from None
    #: if cookiecutter.mail
    except AccountUnconfirmedError:
        message = "nobody has confirmed its address yet: see flask accounts confirm"
        raise click.ClickException(message) from None
    #: endif
    except LastAdminError:
        message = "this is the last admin: give another account the role first"
        raise click.ClickException(message) from None


def _find_id(email: str | None) -> UUID | None:
    """Return the id of the account with an e-mail in any spelling, if there is one."""
    wanted = Account.with_email(_normalize(email or ""))
    record = stored_accounts().find_one(wanted, {"_id": 1})
    return None if record is None else record["_id"]


#: if cookiecutter.mail
@accounts.command("confirm")
@of_one_account
def confirm(account_id: UUID | None) -> str:
    """Confirm the address of a new account whose letter does not arrive."""
    counts = None if account_id is None else confirmations.confirm(account_id)
    if counts is None:
        raise click.ClickException("there is no such account to confirm")
    if not counts:
        return "confirmed: two passwords were given, so a letter lets the owner choose one"
    return "confirmed: the account can log in"


#: else
@accounts.command("reset-password")
@of_one_account
def reset_password(account_id: UUID | None) -> str:
    """Give an account a password for one log-in within an hour, and end its sessions and jail.

    Whoever logs in with it sets another at once: PUT /api/v1/me/password takes it as the current.
    """
    password = token_urlsafe(ONE_TIME_BYTES)
    until = utc_now() + timedelta(seconds=ONE_TIME_SECONDS)
    changes = {
        "$set": {"passwordHash": passwords.hash_password(password), "oneTimeUntil": until},
        "$unset": {"knownAddresses": True},
        "$inc": {"resets": 1},
    }
    found = {"_id": account_id, "deletionBeganAt": None}
    if not sessions.end_all(found, changes, Event.PASSWORD_RESET):
        raise NotFoundError
    return f"one-time password, for an hour: {password}"


#: endif
def _normalize(email: str) -> str:
    """Return an e-mail in the spelling that sign-up gives it, and other text unchanged."""
    with suppress(EmailNotValidError):
        return validate_email(email, check_deliverability=False).normalized
    return email
