"""The decorators of view methods: each states one part of the operation's contract.

Read from the top: words, who may call, what goes in, what comes out, what is refused.

    @documented(docs.LOG_IN)
    @public
    @accepts(LogIn)
    @returns(TokenPairOut)
    @raises(WrongCredentialsError, LoginJailedError)
    def post(self, body: LogIn) -> Reply: ...
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from flask import Response, request

from app import conditions
from app.context import context
from app.http import without_body
from app.media_types import MEDIA_TYPES, WRITERS, write_json
from app.operations import marking, operation_of
from app.tokens.claims import TokenType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

    from app.accounts.roles import Role
    from app.errors import Problem
    from app.operations import Doc

P = ParamSpec("P")
ViewT = TypeVar("ViewT")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a view answers besides its plain value: the value with headers."""

    value: Any = None
    headers: Mapping[str, str | list[str]] = field(default_factory=dict)


def documented(doc: Doc) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Put this operation into the API document, with these words and those of its docstring."""
    return marking(doc=doc)


def unlisted(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Leave this operation out of the API document: a page for people is no part of the API."""
    return marking(is_unlisted=True)(function)


def public(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Let anybody call this operation; without it every route asks for a token."""
    return marking(is_public=True)(function)


def probe(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Tell anybody how the process is, without a token, by any host, over HTTP and at any rate."""
    operation = operation_of(function)
    operation.is_probe = operation.is_public = operation.has_free_query = True
    operation.needs_database = False
    #: if cookiecutter.throttling
    operation.is_throttled = False
    #: endif
    return function


def without_database(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Serve this operation whether or not the database is prepared: it reads nothing of it."""
    return marking(needs_database=False)(function)


def with_refresh_token(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Ask for a refresh token instead of an access token."""
    return marking(token_type=TokenType.REFRESH)(function)


def with_fresh_login(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Ask for an access token of a log-in of the last LOGIN_FRESH_SECONDS, not of a refresh."""
    return marking(needs_fresh_login=True)(function)


def also_while_leaving(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Serve an account that is being deleted, too, so that it can ask until that is done."""
    return marking(serves_leaving=True)(function)


def requires(role: Role) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Let only accounts with this role call; others get 403 before anything is parsed."""
    return marking(role=role)


def with_free_query(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Ignore the query string of this operation instead of refusing what is unknown."""
    return marking(has_free_query=True)(function)


def raises(*problems: type[Problem]) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Document with which problems the view, and not a hook, refuses."""
    return marking(raises=problems)


def cached(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Document that anybody may keep the answer; the view sends its ETag, and 304 to who has it."""
    return marking(is_cached=True)(function)


def with_etag(function: Callable[P, ViewT]) -> Callable[P, ViewT]:
    """Name the state that is answered by an ETag, made of the ``revision`` of the view's value."""
    return marking(has_etag=True)(function)


def conditional(function: Callable[..., ViewT]) -> Callable[..., ViewT]:
    """Take If-Match and If-None-Match, and answer with an ETag as @with_etag does.

    A change is handed the revisions that it may go on from as ``expected``; what a read found is
    compared by @returns.
    """
    operation = operation_of(function)
    operation.is_conditional = operation.has_etag = True
    if function.__name__ == "get":
        return function

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> ViewT:
        return function(*args, expected=conditions.read_expected(), **kwargs)

    return wrapper


def sends(media_type: str) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Answer this operation in that media type alone; stands above @returns."""
    return marking(gives=(media_type,))


#: if cookiecutter.throttling
def limited_by(setting: str) -> Callable[[Callable[P, ViewT]], Callable[P, ViewT]]:
    """Count this operation by the limit of that setting instead of RATELIMIT_DEFAULT."""
    return marking(limit_setting=setting)


#: endif
def handing(name: str, **facts: Any) -> Callable[[Callable[..., ViewT]], Callable[..., ViewT]]:
    """Write *facts* into the contract, and hand the view what the context has under *name*."""

    def decorate(function: Callable[..., ViewT]) -> Callable[..., ViewT]:
        @wraps(marking(**facts)(function))
        def wrapper(*args: Any, **kwargs: Any) -> ViewT:
            kwargs[name] = getattr(context, name)
            return function(*args, **kwargs)

        return wrapper

    return decorate


def accepts(
    schema: type[BaseModel], media_types: tuple[str, ...] = MEDIA_TYPES
) -> Callable[[Callable[..., ViewT]], Callable[..., ViewT]]:
    """Hand the body, of one of these media types, to the view as ``body``, parsed by *schema*."""
    return handing("body", body=schema, takes=media_types)


def takes_query(schema: type[BaseModel]) -> Callable[[Callable[..., ViewT]], Callable[..., ViewT]]:
    """Hand the query string to the view as ``query``, parsed by *schema*."""
    return handing("query", query=schema)


def returns(
    schema: type[BaseModel] | None, status: HTTPStatus = HTTPStatus.OK
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Answer with *status* and what *schema* lets through of the view's value.

    The view returns the value itself, or a Reply where headers belong to it. Without a
    schema the answer has no body.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Response]:
        operation = operation_of(function)
        operation.returns, operation.status, operation.gives = schema, status, MEDIA_TYPES

        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Response:
            value = function(*args, **kwargs)
            headers = None
            if isinstance(value, Reply):
                value, headers = value.value, value.headers
            if schema is None:
                return without_body(status, headers)
            if operation.has_etag:
                if operation.is_conditional and request.method in conditions.READING:
                    conditions.check_read(value.revision)
                headers = {**(headers or {}), "ETag": conditions.etag_of(value.revision)}
            media_type = context.answer_type
            body = _serialize(schema, value, media_type)
            return Response(body, status, headers, None, media_type)

        return wrapper

    return decorate


def streams(media_type: str) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Answer in *media_type* with the parts of a text that the view returns, as they are made.

    By then hooks, context and the request's time for the database are over. So a view looks for
    problems before it returns, and hands its parts what they need; one that fails tears the answer.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Response]:
        marking(gives=(media_type,), is_stream=True)(function)

        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Response:
            response = Response(function(*args, **kwargs), mimetype=media_type)
            # A gateway is not to gather them.
            response.headers["X-Accel-Buffering"] = "no"
            return response

        return wrapper

    return decorate


def _serialize(schema: type[BaseModel], value: Any, media_type: str) -> bytes:
    """Return the bytes of the members that the schema names, and of no others."""
    represented = schema.model_validate(value, from_attributes=True)
    # A media type of its own that @sends names is one of JSON.
    return WRITERS.get(media_type, write_json)(represented)
