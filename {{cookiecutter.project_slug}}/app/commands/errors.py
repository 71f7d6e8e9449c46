"""Commands fail with one line and a non-zero exit, never with a traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from pymongo.errors import PyMongoError

from app.models.database_mismatch import DatabaseMismatchError
from app.services import database_preparation

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def reported_in_one_line() -> Iterator[None]:
    """Turn an error that an operator can correct into a line on standard error and exit code 1."""
    try:
        yield
    except DatabaseMismatchError as error:
        raise click.ClickException(str(error)) from error
    except PyMongoError as error:
        # The driver's own text names hosts and may quote documents.
        message = f"MongoDB did not carry this out ({type(error).__name__})"
        raise click.ClickException(message) from error


def require_database() -> None:
    """Fail if MongoDB does not answer, long before the driver would give up."""
    if not database_preparation.is_database_answering():
        raise click.ClickException("MongoDB does not answer")
