"""HTTP only: blueprints of MethodViews. route() is the one map of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.constants import API_PREFIX
from app.views import (
    auth,
    #: if cookiecutter.api_docs != "none"
    docs_page,
    #: endif
    health,
    me,
    notes,
    openapi,
    #: if cookiecutter.jwt_algorithm != "HS256"
    well_known,
    #: endif
)

if TYPE_CHECKING:
    from flask import Flask


def route(app: Flask) -> None:
    """Put every blueprint in its place."""
    app.register_blueprint(auth.blueprint, url_prefix=f"{API_PREFIX}/auth")
    app.register_blueprint(me.blueprint, url_prefix=f"{API_PREFIX}/me")
    app.register_blueprint(notes.blueprint, url_prefix=f"{API_PREFIX}/me/notes")
    app.register_blueprint(health.blueprint, url_prefix="/health")
    app.register_blueprint(openapi.blueprint)
    #: if cookiecutter.api_docs != "none"
    app.register_blueprint(docs_page.blueprint, url_prefix="/docs")
    #: endif
    #: if cookiecutter.jwt_algorithm != "HS256"
    app.register_blueprint(well_known.blueprint, url_prefix="/.well-known")
    #: endif
