"""Probes: is the process alive, and is it ready for traffic."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final

from flask import Blueprint
from flask.views import MethodView
from mongoengine import get_connection
from pymongo.errors import PyMongoError

from app.database import preparation
from app.decorators import documented, probe, raises, returns
from app.errors import ServiceUnavailableError
from app.extensions import PerApp, settings
from app.operations import SERVICE, Doc
from app.schemas import Representation

if TYPE_CHECKING:
    from flask import Flask

LIVE = Doc(
    SERVICE,
    operation_id="checkLive",
    description="Nothing else is asked: an orchestrator restarts a process that does not answer.",
    answer={"status": "live", "release": "2026.1"},
)

READY = Doc(
    SERVICE,
    operation_id="checkReady",
    description="503 while MongoDB is away or does not fit this release.",
    answer={"status": "ready", "release": "2026.1"},
)


class HealthOut(Representation):
    """How the process is, and which release it runs."""

    status: str
    release: str


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
        preparation.ensure_prepared()
        get_connection().admin.command("ping")
    except (PyMongoError, ServiceUnavailableError):
        return False
    return True


class LiveView(MethodView):
    """The process answers."""

    @documented(LIVE)
    @probe
    @returns(HealthOut)
    def get(self) -> dict[str, str]:
        """Is the process alive."""
        return {"status": "live", "release": settings.RELEASE}


class ReadyView(MethodView):
    """The process can serve."""

    @documented(READY)
    @probe
    @returns(HealthOut)
    @raises(ServiceUnavailableError)
    def get(self) -> dict[str, str]:
        """Is the process ready for traffic."""
        check_database()
        return {"status": "ready", "release": settings.RELEASE}


blueprint = Blueprint("health", __name__)
blueprint.add_url_rule("/live", view_func=LiveView.as_view("live"))
blueprint.add_url_rule("/ready", view_func=ReadyView.as_view("ready"))
