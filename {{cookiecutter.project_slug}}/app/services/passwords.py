"""Passwords, kept as Argon2id hashes (argon2-cffi), each with a salt of its own."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.extensions import settings


@lru_cache(maxsize=8)
def _hasher(time_cost: int, memory_kib: int, parallelism: int) -> PasswordHasher:
    return PasswordHasher(time_cost, memory_kib, parallelism)


def _configured_hasher() -> PasswordHasher:
    return _hasher(
        settings.ARGON2_TIME_COST, settings.ARGON2_MEMORY_KIB, settings.ARGON2_PARALLELISM
    )


@lru_cache(maxsize=8)
def _decoy_hash(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return an Argon2id hash of *password* in PHC string format."""
    return _configured_hasher().hash(password)


def is_correct(password: str, stored_hash: str | None) -> bool:
    """Tell whether *password* belongs to *stored_hash*, in the same time when there is none.

    Without the decoy an unknown account would answer sooner than a known one.
    """
    hasher = _configured_hasher()
    try:
        hasher.verify(stored_hash or _decoy_hash(hasher), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored_hash is not None


def needs_rehash(stored_hash: str) -> bool:
    """Tell whether the settings grew since *stored_hash* was made."""
    return _configured_hasher().check_needs_rehash(stored_hash)
