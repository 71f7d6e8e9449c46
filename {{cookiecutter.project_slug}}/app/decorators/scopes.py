"""The decorator by which a view asks for scopes, and those of the OAuth endpoints."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from app.constants import FORM_MEDIA_TYPE
from app.context import context
from app.decorators.operation import operation_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from app.services.oauth.scopes import Scope

P = ParamSpec("P")
ViewT = TypeVar("ViewT")


def scopes(*needed: Scope) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Let the tokens of other apps call this operation that have all scopes *needed*.

    Without it no other app may: the account's own log-ins may in any case.
    """

    def mark(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
        operation_of(function).scopes = needed
        return function

    return mark


def takes_form(schema: type[BaseModel]) -> Callable[[Callable[..., ViewT]], Callable[..., ViewT]]:
    """Hand the body to the view as ``form``, a list of names and values as they were sent.

    What belongs in it is the protocol's to say; *schema* is what the API document tells.
    """

    def decorate(function: Callable[..., ViewT]) -> Callable[..., ViewT]:
        operation = operation_of(function)
        operation.form, operation.takes = schema, (FORM_MEDIA_TYPE,)

        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> ViewT:
            return function(*args, form=context.form, **kwargs)

        return wrapper

    return decorate


def tells_query(schema: type[BaseModel]) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Document the query string by *schema*, and leave reading it to the view."""

    def mark(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
        operation = operation_of(function)
        operation.query, operation.has_free_query = schema, True
        return function

    return mark


def redirects(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Say that this operation's success is the way back to where the browser came from."""
    operation_of(function).status = HTTPStatus.SEE_OTHER
    return function
