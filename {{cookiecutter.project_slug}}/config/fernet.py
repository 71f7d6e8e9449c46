"""Check and make the keys that encrypt stored fields."""

from __future__ import annotations

from cryptography.fernet import Fernet

from config import strong_secrets


def check_fernet_keys(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an entry that is no Fernet key, can be guessed or is listed twice."""
    for value in values:
        try:
            Fernet(value)
        except ValueError:
            raise ValueError("must list Fernet keys: 32 random bytes in URL-safe base64") from None
        strong_secrets.check_secret(value)
    if len(set(values)) < len(values):
        raise ValueError("must not list a key twice")
    return values


def generate_fernet_key() -> str:
    """Return a new key."""
    return Fernet.generate_key().decode()
