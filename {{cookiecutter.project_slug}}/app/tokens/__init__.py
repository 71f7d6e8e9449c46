"""Issue tokens and read them back with Flask-JWT-Extended; the settings decide, not the token.

A token that is read here is genuine and not expired. Whether its session is still valid,
app/accounts/sessions.py checks at every request.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from app.errors import UnauthorizedError
from app.extensions import (
    PerApp,
    app_settings,
    #: if cookiecutter.jwt_algorithm != "HS256"
    app_signing_keys,
    #: endif
    settings,
)
from app.tokens.claims import Claims, TokenType, VerifiedTokens, make_jti
from app.tokens.form import check_form
#: if cookiecutter.jwt_algorithm != "HS256"
from app.tokens.signing_keys import SigningKeys
#: endif
from config.environment import ConfigurationError

if TYPE_CHECKING:
    from flask import Flask
    from flask_jwt_extended import JWTManager

__all__ = ["Claims", "TokenPair", "TokenType", "configure", "issue_pair", "read"]

# Clocks of several machines differ a little. This is for `nbf` and `iat` only: `exp` is compared
# exactly.
LEEWAY_SECONDS: Final = 5

_verified_tokens: PerApp[VerifiedTokens] = PerApp("verified_tokens")


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a log-in or a refresh gives; `expires_in` is the access token's, in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    session_id: UUID
    refresh_id: UUID
    refresh_expires_at: datetime


def configure(manager: JWTManager, app: Flask) -> None:
    """Bind *manager*, which knows its loaders, to *app*, whose settings decide, and try the keys.

    Raises ConfigurationError when what is signed cannot be verified: at start rather than at
    the first request.
    """
    configured = app_settings.of(app)
    app.config.update(
        JWT_ALGORITHM=configured.JWT_ALGORITHM,
        JWT_DECODE_ALGORITHMS=[configured.JWT_ALGORITHM],
        JWT_ENCODE_ISSUER=configured.JWT_ISSUER,
        JWT_DECODE_ISSUER=configured.JWT_ISSUER,
        JWT_ENCODE_AUDIENCE=configured.JWT_AUDIENCE,
        JWT_DECODE_AUDIENCE=configured.JWT_AUDIENCE,
        JWT_DECODE_LEEWAY=LEEWAY_SECONDS,
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=configured.JWT_ACCESS_SECONDS),
        JWT_REFRESH_TOKEN_EXPIRES=timedelta(seconds=configured.JWT_REFRESH_SECONDS),
        JWT_TOKEN_LOCATION=["headers"],
        # This would add a claim to every token for use in cookies, which carry no token here.
        JWT_COOKIE_CSRF_PROTECT=False,
    )
    #: if cookiecutter.jwt_algorithm != "HS256"
    app_signing_keys.bind(app, SigningKeys.from_settings(configured))
    #: endif
    _verified_tokens.bind(app, VerifiedTokens())
    manager.init_app(app)
    with app.app_context():
        _try_keys()


#: if cookiecutter.oauth != "server"
def issue_pair(
    account_id: UUID, session_id: UUID, *, is_fresh: bool, began_at: datetime | None = None
) -> TokenPair:
    """Return new tokens of a session; *is_fresh* tells whether somebody just logged in.

    *began_at* says when the session began, which is now by default: no token outlives it.
    """
#: else
def issue_pair(  # noqa: PLR0913 - the last two are of the tokens of other apps alone.
    account_id: UUID,
    session_id: UUID,
    *,
    is_fresh: bool,
    began_at: datetime | None = None,
    scope: str | None = None,
    refresh_scope: str | None = None,
) -> TokenPair:
    """Return new tokens of a session; *is_fresh* tells whether somebody just logged in.

    *began_at* says when the session began, which is now by default: no token outlives it.
    *scope* limits what the holder may do; the refresh token may keep more for later.
    """
#: endif
    now = int(time.time())
    end = int(began_at.timestamp() if began_at else now) + settings.SESSION_MAX_SECONDS
    access_expiry = min(now + settings.JWT_ACCESS_SECONDS, end)
    refresh_expiry = min(now + settings.JWT_REFRESH_SECONDS, end)
    refresh_id = uuid4()
    return TokenPair(
        access_token=create_access_token(
            str(account_id),
            fresh=is_fresh,
            additional_claims={
                "jti": make_jti(session_id, uuid4()),
                **_times(now, access_expiry),
                #: if cookiecutter.oauth == "server"
                **_scope_claim(scope),
                #: endif
            },
        ),
        refresh_token=create_refresh_token(
            str(account_id),
            additional_claims={
                "jti": make_jti(session_id, refresh_id),
                **_times(now, refresh_expiry),
                #: if cookiecutter.oauth == "server"
                **_scope_claim(refresh_scope or scope),
                #: endif
            },
        ),
        expires_in=access_expiry - now,
        session_id=session_id,
        refresh_id=refresh_id,
        refresh_expires_at=datetime.fromtimestamp(refresh_expiry, UTC),
    )


def read(token: str, expected_type: TokenType) -> Claims:
    """Return what a genuine token of *expected_type* says.

    Raises UnauthorizedError for everything else, whatever it is.
    """
    verified = _verified_tokens.current()
    claims = verified.find(token)
    if claims is None:
        claims = _verify(token)
        verified.keep(token, claims)
    if claims.type != expected_type:
        raise UnauthorizedError("a token of another type")
    return claims


#: if cookiecutter.jwt_algorithm != "HS256"
def public_keys() -> list[dict[str, str]]:
    """Return the keys that verify tokens, as the members of a JWK set (RFC 7517 section 5)."""
    return app_signing_keys.current().to_jwks()


#: endif
def _verify(token: str) -> Claims:
    check_form(token)
    try:
        payload = decode_token(token)
    except (PyJWTError, JWTExtendedException, ArithmeticError, ValueError, RecursionError) as error:
        raise UnauthorizedError(type(error).__name__) from error
    return Claims.from_payload(payload)


def _times(now: int, expiry: int) -> dict[str, int]:
    # The clock is read once for a pair: the session stores when its refresh token expires.
    return {"iat": now, "nbf": now, "exp": expiry}


#: if cookiecutter.oauth == "server"
def _scope_claim(scope: str | None) -> dict[str, str]:
    return {} if scope is None else {"scope": scope}


#: endif
def _try_keys() -> None:
    try:
        pair = issue_pair(uuid4(), uuid4(), is_fresh=True)
        _verify(pair.access_token)
        _verify(pair.refresh_token)
    except (PyJWTError, UnauthorizedError, ValueError, TypeError):
        line = f"the JWT settings must make tokens that {settings.JWT_ALGORITHM} verifies"
        raise ConfigurationError([line]) from None
