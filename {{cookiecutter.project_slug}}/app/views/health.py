"""Probes: is the process alive, and is it ready for traffic."""

from __future__ import annotations

from flask import Blueprint
from flask.views import MethodView

from app.decorators.contract import documented, probe, raises, returns
from app.docs import health as docs
from app.errors import ServiceUnavailableError
from app.extensions import settings
from app.schemas.health import HealthOut
from app.services import health


class LiveView(MethodView):
    """The process answers."""

    @documented(docs.LIVE)
    @probe
    @returns(HealthOut)
    def get(self) -> dict[str, str]:
        """Is the process alive."""
        return {"status": "live", "release": settings.RELEASE}


class ReadyView(MethodView):
    """The process can serve."""

    @documented(docs.READY)
    @probe
    @returns(HealthOut)
    @raises(ServiceUnavailableError)
    def get(self) -> dict[str, str]:
        """Is the process ready for traffic."""
        health.check_database()
        return {"status": "ready", "release": settings.RELEASE}


blueprint = Blueprint("health", __name__)
blueprint.add_url_rule("/live", view_func=LiveView.as_view("live"))
blueprint.add_url_rule("/ready", view_func=ReadyView.as_view("ready"))
