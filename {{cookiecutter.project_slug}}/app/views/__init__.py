"""HTTP only: blueprints of MethodViews. ROUTES is the one map of the API."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from app.constants import API_PREFIX

if TYPE_CHECKING:
    from flask import Flask

# A module of this package, and where its `blueprint` goes. This line is all that the rest of the
# app knows of a resource: with it goes the resource.
ROUTES: Final = (
    ("auth", f"{API_PREFIX}/auth"),
    #: if cookiecutter.oauth == "client"
    ("provider_logins", f"{API_PREFIX}/auth/oauth"),
    #: endif
    ("me", f"{API_PREFIX}/me"),
    #: if cookiecutter.oauth == "client"
    ("identities", f"{API_PREFIX}/me/identities"),
    #: endif
    ("notes", f"{API_PREFIX}/me/notes"),
    #: if cookiecutter.uploads
    ("files", f"{API_PREFIX}/me/files"),
    #: endif
    #: if cookiecutter.task_queue
    ("exports", f"{API_PREFIX}/me/exports"),
    #: endif
    ("health", "/health"),
    #: if cookiecutter.oauth == "server"
    ("oauth", "/oauth"),
    ("oauth_metadata", "/.well-known"),
    #: endif
    ("openapi", "/"),
    #: if cookiecutter.api_docs != "none"
    ("docs_page", "/docs"),
    #: endif
    #: if cookiecutter.jwt_algorithm != "HS256"
    ("well_known", "/.well-known"),
    #: endif
)


def route(app: Flask) -> None:
    """Put every blueprint in its place."""
    for name, prefix in ROUTES:
        module = import_module(f"app.views.{name}")
        app.register_blueprint(module.blueprint, url_prefix=prefix)
