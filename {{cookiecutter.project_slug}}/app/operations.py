"""The contract of one view method: what it takes, what it gives, who may call it.

Decorators write it, hooks act on it before the view runs, and the API document is made
from it: what is enforced and what is documented cannot drift apart. A Doc adds examples and
longer words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from app.http import JSON_MEDIA_TYPE
from app.media_types import MEDIA_TYPES
from app.tokens.claims import TokenType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from pydantic import BaseModel
    from werkzeug.routing import Rule

    from app.accounts.roles import Role
    from app.errors import Problem
    #: if cookiecutter.oauth == "server"
    from app.oauth.scopes import Scope
    #: endif


#: if cookiecutter.oauth == "server"
@dataclass(frozen=True, slots=True)
class ProtocolAnswer:
    """An answer that a protocol fixes, beside those that follow from the contract."""

    description: str
    # What each header of its own is for.
    headers: dict[str, str] = field(default_factory=dict)
    is_page: bool = False
    # The error code of a body as RFC 6749 section 5.2 has it.
    error: str = ""
    # Nothing is in it, whatever else is answered with that status.
    is_empty: bool = False


#: endif
@dataclass(frozen=True, slots=True)
class Tag:
    """What several operations are about, and a sentence on it."""

    name: str
    description: str


# Of what is neither of an account nor of a resource.
SERVICE = Tag("Service", "How the process is, and what others have to know of it.")


@dataclass(frozen=True, slots=True)
class Doc:
    """Words on one operation.

    Its summary is the first line of the view method's docstring, and the rest of that its
    description, where none is given here.
    """

    tag: Tag
    description: str = ""
    # Where it is not the verb of the method and the name of the view, as readNote of NoteView.
    operation_id: str = ""
    # What the parameters of path and query are for, by their names.
    parameters: dict[str, str] = field(default_factory=dict)
    # A body, and the answer to it, which is a text where it is no JSON.
    example: dict[str, Any] | None = None
    answer: dict[str, Any] | str | None = None
    #: if cookiecutter.oauth == "client"
    # Which texts a parameter of the path may be.
    choices: dict[str, list[str]] = field(default_factory=dict)
    #: endif
    #: if cookiecutter.oauth == "server"
    protocol: dict[int, ProtocolAnswer] = field(default_factory=dict)
    #: endif


F = TypeVar("F", bound="Callable[..., Any]")


@dataclass(slots=True)
class Operation:
    """What is promised of one method of one route."""

    is_public: bool = False
    is_probe: bool = False
    # Nothing that needs it is answered before the database is prepared.
    needs_database: bool = True
    token_type: TokenType = TokenType.ACCESS
    needs_fresh_login: bool = False
    serves_leaving: bool = False
    # Without one, whoever has an account may call.
    role: Role | None = None
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
    # The answer is sent in parts, as the view makes them.
    is_stream: bool = False
    has_free_query: bool = False
    # What the view, and not a hook, refuses with.
    raises: tuple[type[Problem], ...] = ()
    has_etag: bool = False
    is_conditional: bool = False
    # The answer is the same to everybody and may be kept; the view compares If-None-Match.
    is_cached: bool = False
    # Without words an operation stands in no document; that is meant so where it is no part of
    # the API.
    doc: Doc | None = None
    is_unlisted: bool = False
    # The view reads and answers HTTP by itself: beyond the token nothing is asked of a request.
    is_raw: bool = False
    #: if cookiecutter.throttling
    is_throttled: bool = True
    limit_setting: str = "RATELIMIT_DEFAULT"
    #: endif


# Of a view that no decorator says anything about: an extension's, or one that nobody marked.
UNDECLARED = Operation(gives=(), has_free_query=True, is_raw=True)


def operation_of(function: Callable[..., Any]) -> Operation:
    """Return the contract of a view method, a new one where no decorator wrote any yet."""
    operation = getattr(function, "operation", None)
    if operation is None:
        operation = Operation()
        function.operation = operation  # type: ignore[attr-defined]
    return operation


def marking(**facts: Any) -> Callable[[F], F]:
    """Return the decorator that writes *facts* into the contract of a view method."""

    def mark(function: F) -> F:
        operation = operation_of(function)
        for name, fact in facts.items():
            setattr(operation, name, fact)
        return function

    return mark


class Operations(Mapping[tuple[str, str], Operation]):
    """The contracts of all routes of an app, by endpoint and method; HEAD is GET's.

    They are looked up where they are: a route that comes late, or past the decorators, has one.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getitem__(self, key: tuple[str, str]) -> Operation:
        endpoint, method = key
        view = self._app.view_functions[endpoint]
        of_view: Operation = getattr(view, "operation", UNDECLARED)
        operation: Operation = getattr(find_function(view, method), "operation", of_view)
        return operation

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((rule.endpoint, method) for rule, method in self.walk())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def walk(self) -> Iterator[tuple[Rule, str]]:
        """Yield each rule that leads to a view, with each method that the view itself answers."""
        for rule in self._app.url_map.iter_rules():
            if rule.endpoint in self._app.view_functions and not rule.build_only:
                methods = {"GET"} if rule.methods is None else rule.methods
                yield from ((rule, each) for each in sorted(methods) if serves(rule, each))


def serves(rule: Rule, method: str) -> bool:
    """Tell whether the rule's view answers *method* itself; Flask answers OPTIONS for most."""
    return method != "OPTIONS" or not getattr(rule, "provide_automatic_options", True)


def find_function(view: Callable[..., Any], method: str) -> Callable[..., Any]:
    """Return what answers *method* of a view: a method of its class, or the view itself."""
    view_class = getattr(view, "view_class", None)
    names = ("head", "get") if method == "HEAD" else (method.lower(),)
    for name in (*names, "dispatch_request"):
        function: Callable[..., Any] | None = getattr(view_class, name, None)
        if function is not None:
            return function
    return view
