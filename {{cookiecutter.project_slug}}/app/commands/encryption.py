"""`flask encryption`: encrypt what is stored in clear, and renew keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.commands.failures import reported_in_one_line, require_database
from app.services import encryption as service

if TYPE_CHECKING:
    from app.services.encryption import CollectionReport

encryption = AppGroup("encryption", help="Encrypt what is stored in clear, and renew keys.")


@encryption.command("apply")
def apply() -> None:
    """Encrypt what was stored before field encryption was switched on.

    Run it before the first server with the feature on: until then an account stored in
    clear is not found by its e-mail. Safe to run again, and after an interruption.
    """
    require_database()
    with reported_in_one_line():
        reports = service.encrypt_stored()
    _report(reports, "encrypted")


@encryption.command("rotate")
def rotate() -> None:
    """Encrypt everything with the first of FIELD_ENCRYPTION_KEYS.

    Run it when every process has that key first. Afterwards the other keys can go. Safe to
    run again, and after an interruption.
    """
    require_database()
    with reported_in_one_line():
        reports = service.rotate_keys()
    _report(reports, "renewed")


def _report(reports: list[CollectionReport], done: str) -> None:
    for report in reports:
        click.echo(f"{report.name}: {report.changed} of {report.seen} documents {done}")
        if report.contested:
            click.echo(f"{report.name}: {report.contested} changed meanwhile", err=True)
        for failure in report.failures:
            click.echo(failure, err=True)
    if not all(report.is_complete for report in reports):
        message = f"not everything is {done}; keep the old keys and run this again"
        raise click.ClickException(message)
