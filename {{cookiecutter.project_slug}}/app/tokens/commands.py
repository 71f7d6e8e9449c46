"""`flask keys`: change and show the keys that sign tokens."""

from __future__ import annotations

#: if cookiecutter.jwt_algorithm != "HS256"
from datetime import UTC, datetime, timedelta
#: endif
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.audit import recording
from app.database.commands import reported_in_one_line, require_database
from app.extensions import (
    #: if cookiecutter.jwt_algorithm != "HS256"
    app_signing_keys,
    #: endif
    settings,
)
from app.security_events import Event
from config.env_file import format_line, update_env_file
from config.environment import PROJECT, Environment
#: if cookiecutter.jwt_algorithm == "HS256"
from config.strong_secrets import generate_secret
#: endif

if TYPE_CHECKING:
    from collections.abc import Mapping

keys = AppGroup("keys", help="Change what signs tokens, and see what does.")

print_option = click.option(
    "--print", "is_printed", is_flag=True, help="Print the settings, for a secret store."
)


@keys.command("rotate")
@print_option
def rotate(*, is_printed: bool) -> None:
    """Make a new key that signs tokens, and put it into .env."""
    #: if cookiecutter.jwt_algorithm == "HS256"
    new = {"JWT_SECRET_KEY": generate_secret()}
    _hand_over(new, Event.KEYS_ROTATED, is_printed=is_printed)
    _say("Restart every process. All tokens end then: everybody has to log in again.")
    #: else
    signing_keys = app_signing_keys.current()
    _hand_over(signing_keys.rotate(), Event.KEYS_ROTATED, is_printed=is_printed)
    until = datetime.now(UTC) + timedelta(seconds=settings.JWT_REFRESH_SECONDS)
    _say("Restart every process, all of them together: none knows the others' new key before.")
    _say(f"The retired key is needed until the last of its tokens ends, {until:%Y-%m-%d %H:%M} UTC")
    _say(f"at the earliest. After that: flask keys prune -- {signing_keys.kid}")
    #: endif


@keys.command("show")
def show() -> None:
    """Show what signs and what verifies tokens; nothing of it is secret."""
    click.echo(f"algorithm  {settings.JWT_ALGORITHM}")
    #: if cookiecutter.jwt_algorithm == "HS256"
    click.echo("signs      JWT_SECRET_KEY, which is never shown")
    #: else
    click.echo(f"signs      {app_signing_keys.current().kid}")
    for kid in app_signing_keys.current().retired_kids:
        click.echo(f"retired    {kid}")
    #: endif


#: if cookiecutter.jwt_algorithm != "HS256"
@keys.command("prune")
@click.argument("kids", metavar="KID...", nargs=-1, required=True)
@print_option
def prune(*, kids: tuple[str, ...], is_printed: bool) -> None:
    """Take out retired keys, whose tokens are refused from then on."""
    try:
        values = app_signing_keys.current().prune(kids)
    except KeyError:
        message = "not every KID is a retired key: flask keys show lists them"
        raise click.ClickException(message) from None
    _hand_over(values, Event.KEYS_PRUNED, is_printed=is_printed)
    _say("Restart every process: until then it accepts the tokens of that key.")


#: endif
def _hand_over(values: Mapping[str, str | None], event: Event, *, is_printed: bool) -> None:
    """Print *values*, or write them into .env if the settings are read from there.

    The event comes first: without it nothing is handed over.
    """
    if is_printed:
        _record(event)
        for name, value in values.items():
            click.echo(format_line(name, value) or f"# {name} is to be unset\n", nl=False)
        return
    environment = Environment.load()
    for name in values:
        _check_source(name, environment)
    _record(event)
    path = Path(environment.process.get("DOTENV", PROJECT / ".env"))
    try:
        update_env_file(path, values)
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}): nothing has changed"
        raise click.ClickException(message) from None
    _say(f"Written to {path}: {', '.join(values)}.")


def _record(event: Event) -> None:
    require_database()
    with reported_in_one_line():
        recording.record(event)


def _check_source(name: str, environment: Environment) -> None:
    """Refuse to write a setting that is read from elsewhere."""
    file_name = f"{name}_FILE"
    for variable in (name, file_name):
        if variable in environment.process:
            source = f"{variable} of the environment, which wins over .env"
            break
    else:
        if file_name not in environment.dotenv:
            return
        source = f"the file that {file_name} names"
    message = f"{name} is read from {source}: use --print and put the lines there"
    raise click.ClickException(message)


def _say(line: str) -> None:
    # On standard error, so that the output of --print can be piped into a secret store.
    click.echo(line, err=True)
