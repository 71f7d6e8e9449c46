"""Cache the claims of verified tokens, so that each signature is verified only once.

The cache is bounded, and losing an entry costs only time. It knows nothing of revocation, which is
looked up at every request.
"""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

from cachetools import TLRUCache

if TYPE_CHECKING:
    from app.services.claims import Claims

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
