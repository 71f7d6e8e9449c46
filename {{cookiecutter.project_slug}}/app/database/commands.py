"""`flask prepare` and `flask indexes`, and how every command meets the database.

Commands fail with one line and a non-zero exit, never with a traceback.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup, with_appcontext

from app.database import DATABASE_ERRORS, DatabaseMismatchError, preparation
from app.errors import ServiceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def reported_in_one_line() -> Iterator[None]:
    """Turn an error that an operator can correct into a line on standard error and exit code 1."""
    try:
        yield
    except DatabaseMismatchError as error:
        raise click.ClickException(str(error)) from error
    except ServiceUnavailableError as error:
        raise click.ClickException("MongoDB is behind: try again in a moment") from error
    except DATABASE_ERRORS as error:
        # The driver's own text, which mongoengine repeats, names hosts and may quote documents.
        message = f"MongoDB did not carry this out ({type(error).__name__})"
        raise click.ClickException(message) from error


def require_database() -> None:
    """Fail if MongoDB does not answer, long before the driver would give up."""
    if not preparation.is_database_answering():
        raise click.ClickException("MongoDB does not answer")


indexes = AppGroup("indexes", help="Make the indexes that the queries of this app need.")


@indexes.command("ensure")
def ensure() -> None:
    """Make what is missing; safe to run again, and while the app is serving."""
    require_database()
    with reported_in_one_line():
        ensured = preparation.prepare()
    for name in ensured.existing:
        click.echo(f"exists  {name}")
    for name in ensured.made:
        click.echo(f"made    {name}")


@click.command("prepare")
@with_appcontext
def prepare() -> None:
    """Prepare the database; where MongoDB is silent, say so and let the server start unready."""
    if not preparation.is_database_answering():
        click.echo("MongoDB does not answer: the server starts unready", err=True)
        return
    with reported_in_one_line():
        preparation.prepare()
