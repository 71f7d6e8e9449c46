"""Nothing that needs the database is served before it is ready: its indexes exist, the keys fit."""

from __future__ import annotations

from app.hooks import routing
from app.services import database_preparation


def refuse_until_prepared() -> None:
    """Prepare the database on the first request that needs it; raises ServiceUnavailableError."""
    if routing.needs_database():
        database_preparation.ensure_prepared()
