"""Which view answers, and which problem where none does."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app.context import context
from app.database import preparation
from app.errors import MethodNotAllowedError, NotFoundError
from app.extensions import app_operations
from app.http import without_body
from app.operations import serves

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.routing import MapAdapter

    from app.operations import Operation

_IMPLIED = {"HEAD", "OPTIONS"}
# Clients should not send a fragment; the server drops one that it gets.
_END_OF_PATH = re.compile("[?#]")
_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)


def find_operation() -> None:
    """Look up the contract of the view that will answer, for the hooks that follow."""
    if _is_other_spelling():
        request.url_rule, request.routing_exception = None, NotFound()
    rule = request.url_rule
    operations = app_operations.current()
    context.operation = None
    if rule is not None and serves(rule, request.method):
        context.operation = operations.get((rule.endpoint, request.method))


def is_public() -> bool:
    """Tell whether the request needs no token.

    A path under /api needs one whether or not it exists, so that strangers cannot map the API.
    Around a public operation there is nothing to hide: a malformed identifier gets 404, and a wrong
    method 405, without a token.
    """
    operation = context.operation
    if operation is not None:
        return operation.is_public
    near = _operations_near()
    asked = [operation.is_public for method, operation in near if method == request.method]
    if asked:
        return all(asked)
    if near:
        return any(operation.is_public for _, operation in near)
    return not f"{request.path}/".startswith("/api/")


def is_probe() -> bool:
    """Tell whether the request is a health probe, or a probe but for its method."""
    operation = context.operation
    if operation is not None:
        return operation.is_probe
    return any(operation.is_probe for _, operation in _operations_near())


def needs_database() -> bool:
    """Tell whether an answer has to wait for the database, at paths that ask for a token, too."""
    operation = context.operation
    if operation is not None:
        return operation.needs_database
    near = _operations_near()
    return any(operation.needs_database for _, operation in near) if near else not is_public()


def refuse_unroutable() -> Response | None:
    """Answer 404, 405 with Allow, and OPTIONS; follow a missing slash of a page."""
    if context.operation is not None:
        return None
    if request.method == "OPTIONS" and (request.url_rule is not None or _is_about_server()):
        allowed = allowed_methods()
        return without_body(204, {"Allow": ", ".join(allowed)} if allowed else {})
    error = request.routing_exception
    if isinstance(error, RequestRedirect):
        return without_body(308, {"Location": urlsplit(error.new_url).path})
    if isinstance(error, MethodNotAllowed) or request.method == "CONNECT":
        # CONNECT names a host and no path (RFC 9112 section 3.2.3): it is for proxies.
        raise MethodNotAllowedError(allowed_methods())
    raise NotFoundError


def allowed_methods() -> tuple[str, ...]:
    """Return the documented methods of the request's path, in alphabetical order."""
    adapter = current_app.create_url_adapter(request)
    methods = adapter.allowed_methods() if adapter else ()
    return tuple(sorted(set(methods) - _IMPLIED))


def _is_about_server() -> bool:
    """Tell whether the target is `*`, the server as a whole (RFC 9112 section 3.2.4)."""
    return bool(request.environ.get("PATH_INFO", "") == "*")


def _is_other_spelling() -> bool:
    """Tell whether the path finds its view only because slashes were changed on the way.

    An encoded slash is a character of a name (RFC 3986 section 2.2), but servers decode it, and
    Werkzeug drops the second of two leading slashes. Under a `path` converter a slash is a slash,
    encoded or not.
    """
    path: str = request.environ.get("PATH_INFO", "")
    if path.startswith("//"):
        return True
    target = _END_OF_PATH.split(request.environ.get("RAW_URI", ""), maxsplit=1)[0]
    if "%" not in target or not _ENCODED_SLASH.search(target):
        return False
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return False
    # NUL, which no route contains, stands for the encoded slash. A prefix that a proxy or a server
    # has removed is cut off.
    spelled = unquote(_ENCODED_SLASH.sub("\0", target))[-len(request.path) :]
    return _lead(adapter, spelled) != _lead(adapter, request.path)


def _lead(adapter: MapAdapter, path: str) -> object:
    """Return what a path is routed to: a rule, or the class of the error."""
    try:
        return adapter.match(path, return_rule=True)[0]
    except HTTPException as error:
        return type(error)


def _operations_near() -> list[tuple[str, Operation]]:
    """Return the operations whose route has the form of the path, whatever its identifiers are."""
    operations = app_operations.current()
    return [
        (method, operations[rule.endpoint, method])
        for rule, method in operations.walk()
        if _form_of(rule.rule).fullmatch(request.path)
    ]


@lru_cache(maxsize=1024)
def _form_of(rule: str) -> re.Pattern[str]:
    """Return a pattern for the form of a rule's paths; the last slash is optional."""
    names = (re.escape(part) for part in re.split(r"<[^>]*>", rule))
    form = "[^/]+".join(names)
    return re.compile(f"{form}?" if rule.endswith("/") else form)


def refuse_until_prepared() -> None:
    """Prepare the database on the first request that needs it; raises ServiceUnavailableError."""
    if needs_database():
        preparation.ensure_prepared()
