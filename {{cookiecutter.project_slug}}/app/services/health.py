"""Whether this process can serve."""

from __future__ import annotations

from mongoengine import get_connection

from app.services import preparation


def check_database() -> None:
    """Ask MongoDB for a sign of life, and whether it fits.

    Raises ServiceUnavailableError, or PyMongoError within the request's deadline.
    """
    preparation.ensure_prepared()
    get_connection().admin.command("ping")
