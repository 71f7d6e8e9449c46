"""`flask oauth`: other apps that may ask accounts for access."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.database.commands import reported_in_one_line, require_database
from app.oauth import clients

if TYPE_CHECKING:
    from collections.abc import Iterator

oauth = AppGroup("oauth", help="Let other apps ask accounts for access.")


@oauth.group("client")
def client() -> None:
    """Register, list and remove other apps."""


@client.command("add")
@click.argument("name")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    required=True,
    help="Where browsers go back to, letter by letter; may be repeated.",
)
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="What it may ask for; repeated."
)
@click.option(
    "--default-scope",
    "default_scopes",
    multiple=True,
    help="What it asks for when it does not say; all of its scopes where this is left out.",
)
@click.option("--public", "is_public", is_flag=True, help="It can keep no secret and gets none.")
def add(
    *,
    name: str,
    redirect_uris: tuple[str, ...],
    scopes: tuple[str, ...],
    default_scopes: tuple[str, ...],
    is_public: bool,
) -> None:
    """Register an app by the NAME that people read; its secret is shown here and nowhere else."""
    with _told_in_one_line():
        stored, secret = clients.register(
            name, redirect_uris, scopes, default_scopes, is_public=is_public
        )
    click.echo(f"client_id      {stored.id}")
    if secret is not None:
        _show_secret(secret)


@client.command("list")
def list_clients() -> None:
    """List every app."""
    with _told_in_one_line():
        stored = clients.list_all()
    for each in stored:
        kind = "confidential" if each.secret_hash else "public"
        click.echo(f"{each.id}  {kind}  {each.name}")
        click.echo(f"  redirects  {' '.join(each.redirect_uris)}")
        click.echo(f"  scopes     {' '.join(each.scopes)}")
        click.echo(f"  default    {' '.join(each.default_scopes)}")


@client.command("rotate")
@click.argument("client_id")
def rotate(*, client_id: str) -> None:
    """Give an app a new secret; the old one is refused from now on."""
    with _told_in_one_line():
        secret = clients.rotate_secret(client_id)
    _show_secret(secret)


@client.command("remove")
@click.argument("client_id")
def remove(*, client_id: str) -> None:
    """Remove an app; whatever accounts granted to it ends at once."""
    with _told_in_one_line():
        clients.remove(client_id)
    click.echo(f"removed        {client_id}")


def _show_secret(secret: str) -> None:
    click.echo(f"client_secret  {secret}")
    click.echo("The secret is stored nowhere here: keep it now.", err=True)


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    require_database()
    try:
        with reported_in_one_line():
            yield
    except clients.ClientError as error:
        raise click.ClickException(str(error)) from error
