"""Which view answers; and the refusals where none does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect

from app.context import context
from app.errors import MethodNotAllowedError, NotFoundError
from app.responses import without_body

if TYPE_CHECKING:
    from flask import Response

    from app.decorators.operation import Operation

_IMPLIED = {"HEAD", "OPTIONS"}


def find_operation() -> None:
    """Look up the contract of the view that will answer, for the hooks that follow."""
    operations: dict[tuple[str, str], Operation] = current_app.extensions["operations"]
    endpoint = request.endpoint
    context.operation = operations.get((endpoint, request.method)) if endpoint else None


def is_public() -> bool:
    """Tell whether the request needs no token.

    A path under /api needs one whether or not it exists: a stranger cannot map the API.
    A wrong method on a path whose every operation is public is answered as such.
    """
    operation = context.operation
    if operation is not None:
        return operation.is_public
    routed = _operations_of_path()
    if routed:
        return all(operation.is_public for operation in routed)
    return not f"{request.path}/".startswith("/api/")


def refuse_unroutable() -> Response | None:
    """Answer 404, 405 with Allow, and OPTIONS; follow a missing slash of a page."""
    if context.operation is not None:
        return None
    if request.method == "OPTIONS" and request.url_rule is not None:
        return without_body(204, {"Allow": ", ".join(allowed_methods())})
    error = request.routing_exception
    if isinstance(error, RequestRedirect):
        return without_body(308, {"Location": urlsplit(error.new_url).path})
    if isinstance(error, MethodNotAllowed):
        raise MethodNotAllowedError(allowed_methods())
    raise NotFoundError


def allowed_methods() -> tuple[str, ...]:
    """Return the documented methods of the request's path, in alphabetical order."""
    adapter = current_app.create_url_adapter(request)
    methods = adapter.allowed_methods() if adapter else ()
    return tuple(sorted(set(methods) - _IMPLIED))


def _operations_of_path() -> list[Operation]:
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return []
    operations: dict[tuple[str, str], Operation] = current_app.extensions["operations"]
    endpoints = ((str(adapter.match(method=method)[0]), method) for method in allowed_methods())
    return [operations[endpoint] for endpoint in endpoints]
