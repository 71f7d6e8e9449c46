"""Every extension, unbound. create_app() binds them; what they hold lives in app.extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from flask_jwt_extended import JWTManager
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from config.base import Base

jwt = JWTManager()

settings: Base = LocalProxy(lambda: current_app.extensions["settings"])  # type: ignore[assignment]
