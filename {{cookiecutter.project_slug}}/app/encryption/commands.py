"""`flask encryption`: encrypt what is stored in clear, and renew keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.audit import recording
from app.database.commands import reported_in_one_line, require_database
from app.encryption import service
from app.encryption.key_check import verify_keys
from app.security_events import Event

if TYPE_CHECKING:
    from app.encryption.service import CollectionReport

encryption = AppGroup("encryption", help="Encrypt what is stored in clear, and renew keys.")


@encryption.command("apply")
@click.option(
    "--unsealed",
    "is_unsealed",
    is_flag=True,
    help="Go on reading clear text: for a run while processes still store it.",
)
def apply(*, is_unsealed: bool) -> None:
    """Encrypt what was stored before field encryption was switched on, and seal the database.

    From then on no process takes clear text, or what an earlier release encrypted, for an
    account's own: run it when no process that stores such any longer is left. Until an account
    stored in clear is encrypted, it is not found by its e-mail: run it with --unsealed before
    the first server with the feature on. Safe to run again, and after an interruption.
    """
    require_database()
    with reported_in_one_line():
        verify_keys()
        recording.record(Event.ENCRYPTION_APPLIED)
        reports = service.encrypt_stored(is_sealing=not is_unsealed)
    _report(reports, "encrypted")
    if not is_unsealed:
        click.echo("sealed: nothing is read any more that is not encrypted for its place")


@encryption.command("rotate")
def rotate() -> None:
    """Encrypt everything with the first of FIELD_ENCRYPTION_KEYS, and index it anew.

    Run it when every process has that key first, and both index keys where FIELD_INDEX_KEY is
    being changed. Afterwards the other keys can go. Safe to run again, and after an interruption.
    """
    require_database()
    with reported_in_one_line():
        verify_keys()
        recording.record(Event.ENCRYPTION_ROTATED)
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
