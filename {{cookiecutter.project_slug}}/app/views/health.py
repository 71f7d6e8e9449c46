"""Probes: is the process alive, and is it ready for traffic."""

from __future__ import annotations

from flasgger import swag_from
from flask import Blueprint
from flask.views import MethodView

#: if cookiecutter.throttling
from app.decorators.contract import public, returns, unthrottled, with_free_query
#: else
from app.decorators.contract import public, returns, with_free_query
#: endif
from app.docs import health as docs
from app.extensions import settings
from app.schemas.health import HealthOut
from app.services import health


class LiveView(MethodView):
    """The process answers."""

    @swag_from(docs.LIVE)
    @public
    @with_free_query
    #: if cookiecutter.throttling
    @unthrottled
    #: endif
    @returns(HealthOut)
    def get(self) -> dict[str, str]:
        """Say that the process is alive."""
        return {"status": "live", "release": settings.RELEASE}


class ReadyView(MethodView):
    """The process can serve."""

    @swag_from(docs.READY)
    @public
    @with_free_query
    #: if cookiecutter.throttling
    @unthrottled
    #: endif
    @returns(HealthOut)
    def get(self) -> dict[str, str]:
        """Say that MongoDB answers and fits this release."""
        health.check_database()
        return {"status": "ready", "release": settings.RELEASE}


blueprint = Blueprint("health", __name__)
blueprint.add_url_rule("/live", view_func=LiveView.as_view("live"))
blueprint.add_url_rule("/ready", view_func=ReadyView.as_view("ready"))
