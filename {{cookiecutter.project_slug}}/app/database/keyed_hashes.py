"""Keyed hashes (HMAC-SHA256, RFC 2104): keys that can be looked up and not guessed.

A plain hash hides no address: all of IPv4 can be tried within hours by whoever has a copy of the
database. This is the one place where `hmac` is used.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from uuid import UUID

from app.extensions import settings


def keyed_hash(key: bytes, text: str) -> bytes:
    """Return the 32 bytes by which *text* can be looked up."""
    return hmac.digest(key, text.encode(), "sha256")


def hash_for(purpose: str, text: str) -> bytes:
    """Return the hash of *text* under the app's own key of that *purpose*, made of SECRET_KEY."""
    return keyed_hash(_derive_key(settings.SECRET_KEY, purpose), text)


def id_for(purpose: str, text: str) -> UUID:
    """Return the one id that *text* has for a *purpose*: a UUIDv8 (RFC 9562 section 5.8)."""
    number = int.from_bytes(hash_for(purpose, text)[:16])
    return UUID(int=number & ~(0xF << 76 | 0x3 << 62) | 8 << 76 | 2 << 62)


@lru_cache(maxsize=32)
def _derive_key(secret: str, purpose: str) -> bytes:
    return keyed_hash(secret.encode(), purpose)
