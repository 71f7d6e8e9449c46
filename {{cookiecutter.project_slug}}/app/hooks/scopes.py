"""What a token of another app may do: what it was granted, and nothing by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import InsufficientScopeError, UnauthorizedError
from app.security_events import Event, tell
from app.services.claims import TokenType

if TYPE_CHECKING:
    from app.decorators.operation import Operation
    from app.services.claims import Claims


def check_scopes(claims: Claims, operation: Operation | None) -> None:
    """Let an app call what asks for scopes that it has; a log-in of one's own may do everything.

    Raises InsufficientScopeError (RFC 6750 section 3.1) for what asks for others, or for none:
    what nobody gave a scope is not for other apps.
    """
    if claims.scopes is None:
        return
    if claims.type is TokenType.REFRESH:
        raise UnauthorizedError("a refresh token of another app serves at the token endpoint")
    if operation is None:
        # There is nothing that could be done: routing says so.
        return
    needed = {scope.name for scope in operation.scopes}
    if not needed or not needed <= claims.scopes:
        tell(Event.SCOPE_DENIED, claims.account_id)
        raise InsufficientScopeError(sorted(needed))
