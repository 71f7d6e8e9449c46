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
from app.decorators.operation import serves
from app.empty_response import without_body
from app.errors import MethodNotAllowedError, NotFoundError
from app.extensions import app_operations

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.routing import MapAdapter

    from app.decorators.operation import Operation

_IMPLIED = {"HEAD", "OPTIONS"}
# A client is to keep a fragment to itself; the server drops one that it gets.
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

    A path under /api needs one whether or not it exists: a stranger cannot map the API. Near an
    operation that is public there is nothing to hide: a malformed identifier is told there, and so
    are the methods of a path.
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
        # CONNECT names a host and no path (RFC 9112 section 3.2.3); this is no proxy.
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
    """Tell whether the path leads to its view only because slashes were lost on the way.

    An encoded slash is a letter of a name (RFC 3986 section 2.2), and servers decode it;
    Werkzeug drops the second of two slashes in front. What a `path` converter takes is a text, in
    which a slash is one however it is written.
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
    # A letter that no route has stands for the slash. What a proxy or a server has taken off
    # stands in front.
    spelled = unquote(_ENCODED_SLASH.sub("\0", target))[-len(request.path) :]
    return _lead(adapter, spelled) != _lead(adapter, request.path)


def _lead(adapter: MapAdapter, path: str) -> object:
    """Return where a path leads: a rule, or the class of the error."""
    try:
        return adapter.match(path, return_rule=True)[0]
    except HTTPException as error:
        return type(error)


def _operations_near() -> list[tuple[str, Operation]]:
    """Return the operations of the routes that have the path's form, whatever the names in it."""
    operations = app_operations.current()
    return [
        (method, operations[rule.endpoint, method])
        for rule, method in operations.walk()
        if _form_of(rule.rule).fullmatch(request.path)
    ]


@lru_cache(maxsize=1024)
def _form_of(rule: str) -> re.Pattern[str]:
    """Return what matches the paths of a rule by their form alone; a last slash may be missing."""
    names = (re.escape(part) for part in re.split(r"<[^>]*>", rule))
    form = "[^/]+".join(names)
    return re.compile(f"{form}?" if rule.endswith("/") else form)
