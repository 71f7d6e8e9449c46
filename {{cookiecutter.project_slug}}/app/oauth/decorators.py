"""The decorator by which a view asks for scopes, and those of the OAuth endpoints."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from app.decorators import handing
from app.http import FORM_MEDIA_TYPE
from app.operations import marking

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from app.oauth.scopes import Scope

P = ParamSpec("P")
ViewT = TypeVar("ViewT")


def scopes(*needed: Scope) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Let the tokens of other apps call this operation that have all scopes *needed*.

    Without it no other app may: the account's own log-ins may in any case.
    """
    return marking(scopes=needed)


def takes_form(schema: type[BaseModel]) -> Callable[[Callable[..., ViewT]], Callable[..., ViewT]]:
    """Hand the body to the view as ``form``, a list of names and values as they were sent.

    What belongs in it is the protocol's to say; *schema* is what the API document tells.
    """
    return handing("form", form=schema, takes=(FORM_MEDIA_TYPE,))


def tells_query(schema: type[BaseModel]) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Document the query string by *schema*, and leave reading it to the view."""
    return marking(query=schema, has_free_query=True)


def redirects(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Say that this operation's success is the way back to where the browser came from."""
    return marking(status=HTTPStatus.SEE_OTHER)(function)
