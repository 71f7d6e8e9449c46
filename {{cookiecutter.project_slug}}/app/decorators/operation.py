"""The contract of one view method: what it takes, what it gives, who may call it.

Decorators write it, hooks act on it before the view runs, and the API document is made
from it: what is enforced and what is documented cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from app.codecs import MEDIA_TYPES
from app.constants import JSON_MEDIA_TYPE
from app.services.claims import TokenType

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from flask import Flask
    from pydantic import BaseModel
    #: if cookiecutter.oauth == "server"

    from app.services.oauth.scopes import Scope
    #: endif


@dataclass(slots=True)
class Operation:
    """What is promised of one method of one route."""

    is_public: bool = False
    token_type: TokenType = TokenType.ACCESS
    body: type[BaseModel] | None = None
    takes: tuple[str, ...] = MEDIA_TYPES
    #: if cookiecutter.oauth == "server"
    form: type[BaseModel] | None = None
    scopes: tuple[Scope, ...] = ()
    #: endif
    query: type[BaseModel] | None = None
    returns: type[BaseModel] | None = None
    status: HTTPStatus = HTTPStatus.OK
    gives: tuple[str, ...] = (JSON_MEDIA_TYPE,)
    has_free_query: bool = False
    #: if cookiecutter.throttling
    is_throttled: bool = True
    limit_setting: str = "RATELIMIT_DEFAULT"
    #: endif


def operation_of(function: Callable[..., Any]) -> Operation:
    """Return the contract of a view method, a new one where no decorator wrote any yet."""
    operation = getattr(function, "operation", None)
    if operation is None:
        operation = Operation()
        function.operation = operation  # type: ignore[attr-defined]
    return operation


def find_operations(app: Flask) -> dict[tuple[str, str], Operation]:
    """Return the contracts of all routes, by endpoint and method; HEAD is GET's."""
    operations = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        view_class = getattr(view, "view_class", None)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            name = "get" if method == "HEAD" else method.lower()
            function = getattr(view_class, name) if view_class else view
            operations[rule.endpoint, method] = operation_of(function)
    return operations
