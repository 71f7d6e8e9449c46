"""Problems of other apps, and of the OAuth endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import ForbiddenError

if TYPE_CHECKING:
    from http import HTTPStatus


class InsufficientScopeError(ForbiddenError):
    """Raised when the token of another app does not have the *scopes* that are needed."""

    code = "insufficient-scope"
    detail = "The token does not have the scope for this."

    def __init__(self, scopes: list[str]) -> None:
        challenge = 'Bearer error="insufficient_scope"'
        if scopes:
            challenge += f', scope="{" ".join(scopes)}"'
        super().__init__(headers={"WWW-Authenticate": challenge})


class OAuthError(Exception):
    """Raised when the token or revocation endpoint refuses a client.

    The answer is an error response of RFC 6749 section 5.2, and no problem document.
    """

    def __init__(self, status: HTTPStatus, body: dict[str, str], headers: dict[str, str]) -> None:
        super().__init__(body.get("error"))
        self.status = status
        self.body = body
        self.headers = headers
