"""The claims of a token (RFC 7519 section 4): exactly these, and no others.

Those of verified tokens are cached, so that each signature is verified only once.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from cachetools import TLRUCache

from app.errors import UnauthorizedError

if TYPE_CHECKING:
    from collections.abc import Mapping

# None of them is personal: anybody who holds a token can read them.
CLAIM_TYPES: Final[Mapping[str, type]] = {
    "iss": str,
    "aud": str,
    "sub": str,
    "iat": int,
    "nbf": int,
    "exp": int,
    "jti": str,
    "type": str,
    "fresh": bool,
}
#: if cookiecutter.oauth == "server"
# A token that was issued to another app says what it may do there (RFC 8693 section 4.2).
SCOPED_CLAIM_TYPES: Final[Mapping[str, type]] = {**CLAIM_TYPES, "scope": str}
#: endif


class TokenType(StrEnum):
    """The kinds of tokens, as their ``type`` claim says."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """A verified token: whose it is, its session, and when it expires."""

    account_id: UUID
    session_id: UUID
    token_id: UUID
    type: TokenType
    is_fresh: bool
    expires_at: datetime
    # The claims themselves, in seconds since 1970: `exp` is compared at every request.
    iat: int
    exp: int
    #: if cookiecutter.oauth == "server"
    # What another app may do with it; None in the tokens of a log-in, which may do everything.
    scopes: frozenset[str] | None = None
    #: endif

    @property
    def jti(self) -> str:
        """The claim that names token and session together."""
        return make_jti(self.session_id, self.token_id)

    @property
    def is_expired(self) -> bool:
        """Whether `exp` has come; the leeway for other machines' clocks does not apply to it."""
        return self.exp <= time.time()

    def is_of_log_in(self, seconds: int) -> bool:
        """Whether it came from a log-in that is at most *seconds* old."""
        return self.is_fresh and time.time() - self.iat <= seconds

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Return the claims of a verified payload.

        The caller has verified signature, issuer, audience and times, and has called
        check_names_and_types(). Raises UnauthorizedError when a claim is
        not what this app issues.
        """
        session_id, _, token_id = payload["jti"].partition(".")
        try:
            claims = cls(
                account_id=_read_uuid(payload["sub"]),
                session_id=_read_uuid(session_id),
                token_id=_read_uuid(token_id),
                type=TokenType(payload["type"]),
                is_fresh=payload["fresh"],
                expires_at=datetime.fromtimestamp(payload["exp"], UTC),
                iat=payload["iat"],
                exp=payload["exp"],
                #: if cookiecutter.oauth == "server"
                scopes=frozenset(payload["scope"].split()) if "scope" in payload else None,
                #: endif
            )
        except (ValueError, OverflowError, OSError):
            raise UnauthorizedError("a claim does not have the form that is issued here") from None
        if claims.is_expired:
            raise UnauthorizedError("the token has expired")
        return claims


def check_names_and_types(payload: Mapping[str, Any]) -> None:
    """Raise UnauthorizedError unless *payload* has each claim, of its type, and no other."""
    # type() and not isinstance(): True is no point in time.
    types = {name: type(value) for name, value in payload.items()}
    #: if cookiecutter.oauth == "server"
    is_known = types in (CLAIM_TYPES, SCOPED_CLAIM_TYPES)
    #: else
    is_known = types == CLAIM_TYPES
    #: endif
    if not is_known:
        raise UnauthorizedError("the claims are not those that are issued here")


def make_jti(session_id: UUID, token_id: UUID) -> str:
    """Return the `jti`, which names token and session without a claim of our own."""
    return f"{session_id}.{token_id}"


def _read_uuid(text: str) -> UUID:
    """Return the UUID if *text* is its canonical spelling; UUID() takes others, too."""
    value = UUID(text)
    if str(value) != text:
        raise ValueError("not canonical")
    return value


# 4,096 tokens of about half a kilobyte: the callers of one process within 15 minutes.
MOST_TOKENS: Final = 4096


class VerifiedTokens:
    """The claims of verified tokens by their text; the least recently used go first."""

    def __init__(self, most: int = MOST_TOKENS) -> None:
        self._claims: TLRUCache[str, Claims] = TLRUCache(most, ttu=_expiry, timer=time.time)
        # Reading reorders the cache: without a lock two threads would break it.
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._claims)

    def find(self, token: str) -> Claims | None:
        """Return the claims of *token* if it was verified before and has not expired."""
        with self._lock:
            claims = self._claims.get(token)
        return None if claims is None or claims.is_expired else claims

    def keep(self, token: str, claims: Claims) -> None:
        """Remember *claims*, which the signature of *token* has just proven."""
        # The cache raises KeyError for a token that has just expired: there is nothing to keep.
        with self._lock, suppress(KeyError):
            self._claims[token] = claims


def _expiry(_token: str, claims: Claims, _now: float) -> float:
    return claims.exp
