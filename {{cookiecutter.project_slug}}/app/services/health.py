"""Whether this process can serve."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final

from mongoengine import get_connection
from pymongo.errors import PyMongoError

from app.errors import ServiceUnavailableError
from app.extensions import PerApp
from app.services import database_preparation

if TYPE_CHECKING:
    from flask import Flask

# However many probes there are, the database is asked only once in this time.
REMEMBERED_SECONDS: Final = 1


@dataclass(slots=True)
class _Readiness:
    """What was found last, and until when that is remembered."""

    is_ready: bool = False
    good_until: float = 0.0
    lock: Lock = field(default_factory=Lock)


_state: PerApp[_Readiness] = PerApp("readiness")


def init_app(app: Flask) -> None:
    """Let *app* remember how ready it is."""
    _state.bind(app, _Readiness())


def check_database() -> None:
    """Check that MongoDB answers and fits this app; the result is kept for a second.

    Callers that come meanwhile wait for the same result. Raises ServiceUnavailableError.
    """
    readiness = _state.current()
    with readiness.lock:
        if monotonic() >= readiness.good_until:
            readiness.is_ready = _is_database_ready()
            readiness.good_until = monotonic() + REMEMBERED_SECONDS
        is_ready = readiness.is_ready
    if not is_ready:
        raise ServiceUnavailableError


def _is_database_ready() -> bool:
    try:
        database_preparation.ensure_prepared()
        get_connection().admin.command("ping")
    except (PyMongoError, ServiceUnavailableError):
        return False
    return True
