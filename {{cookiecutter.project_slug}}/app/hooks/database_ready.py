"""No API request is served before the database is ready: its indexes exist, the keys fit."""

from __future__ import annotations

from flask import request

from app.constants import PREPARED_PREFIXES
from app.services import database_preparation


def refuse_until_prepared() -> None:
    """Prepare the database on a process's first API request; raises ServiceUnavailableError."""
    if request.path.startswith(PREPARED_PREFIXES):
        database_preparation.ensure_prepared()
