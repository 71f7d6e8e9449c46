"""Who may change the catalogue."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from app.books import service
from app.books.errors import EditorsOnlyError
from app.context import context
from app.operations import operation_of

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
ViewT = TypeVar("ViewT")


def editors_only(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Let editors call this operation; stands above @raises, to which it adds."""
    operation = operation_of(function)
    operation.raises = (EditorsOnlyError, *operation.raises)

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> ViewT:
        service.check_editor(context.account_id)
        return function(*args, **kwargs)

    return wrapper
