"""What a token of another app may do: what it was granted, and nothing by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.audit import recording
from app.errors import UnauthorizedError
from app.oauth.errors import InsufficientScopeError
from app.security_events import Event
from app.tokens.claims import TokenType

if TYPE_CHECKING:
    from app.operations import Operation
    from app.tokens.claims import Claims


def check_scopes(claims: Claims, operation: Operation | None) -> None:
    """Let another app call operations whose scopes it has; a user's own log-in may do everything.

    Raises InsufficientScopeError (RFC 6750 section 3.1) where scopes are missing, and where an
    operation names none: such operations are not for other apps.
    """
    if claims.scopes is None:
        return
    if claims.type is TokenType.REFRESH:
        raise UnauthorizedError("a refresh token of another app serves at the token endpoint")
    if operation is None:
        # No such operation exists: routing answers that.
        return
    needed = {scope.name for scope in operation.scopes}
    if not needed or not needed <= claims.scopes:
        # One for each token: it can ask as often as it likes.
        recording.record(Event.SCOPE_DENIED, claims.account_id, once=str(claims.token_id))
        raise InsufficientScopeError(sorted(needed))
