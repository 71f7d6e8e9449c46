"""Deny by default: who calls is known before any view runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from app import tokens
from app.accounts import sessions
from app.context import context
from app.errors import ForbiddenError, StaleLoginError, UnauthorizedError
from app.extensions import settings
from app.hooks import routing
#: if cookiecutter.oauth == "server"
from app.oauth.hooks import check_scopes
#: endif
#: if cookiecutter.second_factor
from app.second_factor.errors import SecondFactorMissingError
from app.second_factor.roles import lacks_second_factor
#: endif
from app.tokens.claims import TokenType

if TYPE_CHECKING:
    from app.accounts.callers import Caller
    from app.operations import Operation


def read_token() -> None:
    """Read the bearer token (RFC 6750 section 2.1), unless the operation is public.

    If the token is wrong, authenticate() answers that later, in its turn.
    """
    if routing.is_public():
        return
    operation = context.operation
    expected = operation.token_type if operation is not None else TokenType.ACCESS
    try:
        context.claims = tokens.read(_bearer_token(), expected)
    except UnauthorizedError as problem:
        context.token_problem = problem


def authenticate() -> None:
    """Find the session of the token, in one read; only public operations go without.

    Raises UnauthorizedError, ForbiddenError where the operation is for others, and StaleLoginError
    where a log-in has to be fresh.
    """
    if context.token_problem is not None:
        raise context.token_problem
    if not context.has_claims:
        return
    claims, operation = context.claims, context.operation
    context.caller = _find_caller(operation)
    #: if cookiecutter.oauth == "server"
    check_scopes(claims, operation)
    #: endif
    _check_role(operation)
    # A deletion that began with a fresh log-in may go on, however long it takes.
    if operation is not None and operation.needs_fresh_login and not context.caller.is_leaving:
        seconds = settings.LOGIN_FRESH_SECONDS
        if not claims.is_of_log_in(seconds):
            raise StaleLoginError(seconds)


def look_again() -> None:
    """Look the session up again after a body was read: it may have ended while the body came.

    Raises UnauthorizedError, and ForbiddenError where a role was taken away meanwhile.
    """
    operation = context.operation
    if operation is not None and operation.body is not None and not operation.is_public:
        context.caller = _find_caller(operation)
        _check_role(operation)


def _check_role(operation: Operation | None) -> None:
    needed = None if operation is None else operation.role
    #: if cookiecutter.second_factor
    if needed is None:
        return
    if needed not in context.caller.roles:
        raise ForbiddenError
    # Whoever has the role may log in without, and set one up.
    if lacks_second_factor(context.caller):
        raise SecondFactorMissingError
    #: else
    if needed is not None and needed not in context.caller.roles:
        raise ForbiddenError
    #: endif


def _find_caller(operation: Operation | None) -> Caller:
    may_be_leaving = operation is not None and operation.serves_leaving
    return sessions.find_caller(context.claims, may_be_leaving=may_be_leaving)


def _bearer_token() -> str:
    header = request.headers.get("Authorization")
    if header is None:
        raise UnauthorizedError("no Authorization header", is_token_sent=False)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthorizedError("another scheme than Bearer", is_token_sent=False)
    return token.strip(" ")
