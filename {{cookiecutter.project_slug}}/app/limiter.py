"""Flask-Limiter with a store per app, and without its work on every request.

Views may use all of its decorators, ``@limiter.limit("5 per minute")`` among them. What
applies to every route is counted by app/hooks/throttle.py through the same store:
Flask-Limiter's own hooks cost as much on each request as bare Flask does.
"""

from __future__ import annotations

from math import ceil
from time import time
from typing import TYPE_CHECKING, Any

from flask import after_this_request, current_app, request
from flask_limiter import Limiter, RateLimitExceeded
from limits.errors import StorageError

from app.errors import ServiceUnavailableError
from app.services.addresses import networks_of
from app.services.throttle.gate import Gate, parse
from app.services.throttle.storage import SCHEME

if TYPE_CHECKING:
    from flask import Flask, Response
    from limits.storage import Storage
    from limits.strategies import RateLimiter

_EXTENSION = "throttle"

# Stores beyond the network answer within a second or count as away.
_NETWORK_OPTIONS = {"socket_timeout": 1, "socket_connect_timeout": 1}
_NETWORK_SCHEMES = ("redis", "valkey")


class AppLimiter(Limiter):
    """A limiter that is bound to many apps, each with a store of its own."""

    def __init__(self) -> None:
        super().__init__(lambda: networks_of(request.remote_addr)[0].name, strategy="fixed-window")

    def init_app(self, app: Flask) -> None:
        """Bind to *app* by its RATELIMIT_ settings; opens no connection.

        Raises ValueError on a limit that cannot be read, limits.errors.ConfigurationError
        on a storage URI of an unknown scheme.
        """
        for setting in ("RATELIMIT_DEFAULT", "RATELIMIT_AUTH"):
            parse(app.config[setting])
        uri = app.config.get("RATELIMIT_STORAGE_URI") or f"{SCHEME}://"
        app.config["RATELIMIT_STORAGE_URI"] = uri
        app.config["RATELIMIT_STORAGE_OPTIONS"] = _storage_options(uri)
        # Flask-Limiter registers its hooks on an app that does not list it yet.
        app.extensions.setdefault("limiter", set()).add(self)
        super().init_app(app)
        # RATELIMIT_DEFAULT is counted by the hooks, once for all routes together.
        self.limit_manager.set_default_limits([])
        app.extensions[_EXTENSION] = Gate(super().limiter)

    @property
    def gate(self) -> Gate:
        """The gate of the current app."""
        gate: Gate = current_app.extensions[_EXTENSION]
        return gate

    @property
    def limiter(self) -> RateLimiter:
        """The strategy of the current app."""
        return self.gate.strategy

    @property
    def storage(self) -> Storage:
        """The store of the current app."""
        return self.gate.strategy.storage

    def check_blueprint(self) -> None:
        """Count the request against the limits of its blueprint, if any blueprint has some."""
        if self.limit_manager._blueprint_limits:  # noqa: SLF001 - there is no public name.
            self._check_request_limit()

    def _check_request_limit(
        self,
        callable_name: str | None = None,
        in_middleware: bool = True,  # noqa: FBT001, FBT002 - Flask-Limiter's signature.
    ) -> None:
        """Do what Flask-Limiter does, and tell how long to wait.

        A view with limits of its own is closed while the store is away. The method is not
        public: the tests of decorated views see it renamed.
        """
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except RateLimitExceeded as error:
            ends = [limit.window.reset_time for limit in self.current_limits if limit.breached]
            error.retry_after = max([1, *(ceil(end - time()) for end in ends)])
            raise
        except StorageError as error:
            raise ServiceUnavailableError from error
        if self.context.conditional_deductions:
            after_this_request(self._deduct)

    def _deduct(self, response: Response) -> Response:
        deductions = self.context.conditional_deductions
        while deductions:
            limit, identifiers = deductions.popitem()
            if limit.deduct_when is not None and limit.deduct_when(response):
                self.limiter.hit(limit.limit, *identifiers, cost=limit.deduction_amount)
        return response


def _storage_options(uri: str) -> dict[str, Any]:
    options: dict[str, Any] = {"wrap_exceptions": True}
    if uri.startswith(_NETWORK_SCHEMES):
        options |= _NETWORK_OPTIONS
    return options
