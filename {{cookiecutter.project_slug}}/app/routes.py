"""ROUTES is the one map of the API: where the blueprint of each resource goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from werkzeug.utils import import_string

if TYPE_CHECKING:
    from flask import Flask

# Changing it changes the contract.
API_PREFIX: Final = "/api/v1"
# A blueprint, and where it goes. This line is all that the rest of the app knows of a resource:
# with it goes the resource.
ROUTES: Final = (
    ("app.accounts.views.auth", f"{API_PREFIX}/auth"),
    #: if cookiecutter.oauth == "client"
    ("app.identities.views.provider_logins", f"{API_PREFIX}/auth/oauth"),
    #: endif
    ("app.accounts.views.me", f"{API_PREFIX}/me"),
    ("app.staff.views.blueprint", f"{API_PREFIX}/accounts"),
    #: if cookiecutter.oauth == "client"
    ("app.identities.views.identities", f"{API_PREFIX}/me/identities"),
    #: endif
    ("app.notes.views.blueprint", f"{API_PREFIX}/me/notes"),
    #: if cookiecutter.second_factor
    ("app.second_factor.views.blueprint", f"{API_PREFIX}/me/second-factor"),
    #: endif
    #: if cookiecutter.uploads
    ("app.files.views.blueprint", f"{API_PREFIX}/me/files"),
    #: endif
    #: if cookiecutter.task_queue
    ("app.exports.views.blueprint", f"{API_PREFIX}/me/exports"),
    #: endif
    ("app.health.blueprint", "/health"),
    #: if cookiecutter.oauth == "server"
    ("app.oauth.views.grants", f"{API_PREFIX}/me/grants"),
    ("app.oauth.views.blueprint", "/oauth"),
    ("app.oauth.metadata.blueprint", "/.well-known"),
    #: endif
    ("app.openapi.views.blueprint", "/"),
    #: if cookiecutter.api_docs != "none"
    ("app.openapi.page.views.blueprint", "/docs"),
    #: endif
    #: if cookiecutter.jwt_algorithm != "HS256"
    ("app.tokens.key_set.blueprint", "/.well-known"),
    #: endif
)


def route(app: Flask) -> None:
    """Put every blueprint in its place."""
    for name, prefix in ROUTES:
        app.register_blueprint(import_string(name), url_prefix=prefix)
