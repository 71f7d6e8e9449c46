"""The application: create_app() reads like its contents page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    commands,
    #: if cookiecutter.field_encryption
    encryption,
    #: endif
    health,
    hooks,
    #: if cookiecutter.observability
    observability,
    #: endif
    routes,
    #: if cookiecutter.throttling
    throttle,
    #: endif
    tokens,
)
from app.database import connection, preparation
from app.extensions import app_operations, app_settings, jwt
#: if cookiecutter.uploads
from app.files import object_store
#: endif
from app.http import NoSessions, WholeRequest
#: if cookiecutter.oauth == "client"
from app.identities import providers
#: endif
#: if cookiecutter.task_queue
from app.jobs import queue
#: endif
from app.operations import Operations
#: if cookiecutter.second_factor
from app.second_factor import roles as second_factor_roles
#: endif
from app.tokens import callbacks
from config.urls import SUB_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from config.base import Base


def create_app(settings: Base) -> Flask:
    """Return an application of *settings*. Opens no socket and runs no query."""
    app = Flask(__name__, static_folder=None)
    app.request_class = WholeRequest
    configure(app, settings)
    #: if cookiecutter.observability
    observability.init_app(app)
    #: endif
    register_extensions(app)
    hooks.register(app)
    routes.route(app)
    commands.register(app)
    app_operations.bind(app, Operations(app))
    return app


def configure(app: Flask, settings: Base) -> None:
    """Set what Flask itself and its extensions read."""
    app.config.from_mapping(settings.model_dump())
    app.config["MAX_CONTENT_LENGTH"] = settings.MAX_BODY_BYTES
    # Flask would refuse probes, too: hosts are app/hooks/transport.py's to judge.
    app.config["TRUSTED_HOSTS"] = None
    app_settings.bind(app, settings)
    app.session_interface = NoSessions()
    # A second spelling of a path would be a second way around every check.
    app.url_map.merge_slashes = False
    app.wsgi_app = with_deadline(app.wsgi_app, settings.MONGODB_TIMEOUT_SECONDS)  # type: ignore[assignment,method-assign]  # Flask's way
    app.wsgi_app = under_path(app.wsgi_app, settings.SCRIPT_NAME or "")  # type: ignore[assignment,method-assign]  # as above
    if proxies := settings.TRUSTED_PROXIES:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_prefix=proxies)  # type: ignore[method-assign]  # as above


def register_extensions(app: Flask) -> None:
    """Bind the extensions of app/extensions.py."""
    connection.init_app(app)
    #: if cookiecutter.field_encryption
    encryption.init_app(app)
    #: endif
    preparation.init_app(app)
    health.init_app(app)
    callbacks.bind(jwt)
    tokens.configure(jwt, app)
    #: if cookiecutter.second_factor
    second_factor_roles.init_app(app)
    #: endif
    #: if cookiecutter.oauth == "client"
    providers.init_app(app)
    #: endif
    #: if cookiecutter.throttling
    throttle.init_app(app)
    #: endif
    #: if cookiecutter.uploads
    object_store.init_app(app)
    #: endif
    #: if cookiecutter.task_queue
    queue.init_app(app)
    #: endif


def under_path(wsgi_app: WSGIApplication, own: str) -> WSGIApplication:
    """Let links begin with the path under which clients find the API.

    A trusted proxy that takes it off says so in X-Forwarded-Prefix; *own* may still be there.
    """

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = told if SUB_PATH.fullmatch(told) else own
        if own and environ["PATH_INFO"].startswith(f"{own}/"):
            environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(own)
        return wsgi_app(environ, start_response)

    return respond


def with_deadline(wsgi_app: WSGIApplication, seconds: float) -> WSGIApplication:
    """Limit all database calls of a request together to *seconds* from its arrival."""

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with connection.deadline_in(seconds, connection.arrival.get()):
            return wsgi_app(environ, start_response)

    return respond
