"""Deny by default: who calls is known before any view runs."""

from __future__ import annotations

from flask import request

from app.context import context
from app.errors import UnauthorizedError
from app.hooks import routing
#: if cookiecutter.oauth == "server"
from app.hooks.scopes import check_scopes
#: endif
from app.services import sessions, tokens
from app.services.claims import TokenType


def authenticate() -> None:
    """Read the bearer token (RFC 6750 section 2.1) and find its session, in one read.

    Only public operations go without. Raises UnauthorizedError.
    """
    if routing.is_public():
        return
    operation = context.operation
    expected = operation.token_type if operation is not None else TokenType.ACCESS
    claims = tokens.read(_bearer_token(), expected)
    context.caller = sessions.find_caller(claims)
    context.claims = claims
    #: if cookiecutter.oauth == "server"
    check_scopes(claims, operation)
    #: endif


def _bearer_token() -> str:
    header = request.headers.get("Authorization")
    if header is None:
        raise UnauthorizedError("no Authorization header", is_token_sent=False)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthorizedError("another scheme than Bearer", is_token_sent=False)
    return token.strip(" ")
