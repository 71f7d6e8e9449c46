"""The keys of an app and what they do: encrypt, decrypt, index.

Nothing about authentication is invented here: tokens are Fernet's, and the blind index is a keyed
hash, by which an encrypted value can still be looked up.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app

from app.models.keyed_hashes import keyed_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

EXTENSION = "field_cipher"

# Each process keeps the plaintext of the values it decrypted last, because every request of
# a caller decrypts the same two. Both bounds together hold the cache under 8 MiB.
CACHED_VALUES = 4096
CACHED_TOKEN_BYTES = 1024

logger = logging.getLogger(__name__)


class DecryptionError(RuntimeError):
    """Raised when no configured key opens a stored value; names the place, never the value.

    It is no ValueError: mongoengine turns those into an error of its own that prints what
    it could not read.
    """

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} holds a value that no key of FIELD_ENCRYPTION_KEYS opens")


class FieldCipher:
    """One app's key ring. The first key encrypts, each of them decrypts."""

    def __init__(self, keys: Sequence[str], index_key: str) -> None:
        ring = [Fernet(key) for key in keys]
        self._first = ring[0]
        self._ring = MultiFernet(ring)
        self._index_key = index_key.encode()
        # Decryption is a pure function of the token and this ring, so that a cached answer
        # cannot grow stale: a changed value is another token.
        self._open_cached = lru_cache(maxsize=CACHED_VALUES)(self._open)

    def encrypt(self, text: str) -> bytes:
        """Return a new Fernet token of *text*; no two calls return the same one."""
        return self._first.encrypt(text.encode())

    def decrypt(self, token: bytes, place: str = "a document") -> str:
        """Return the text of *token*; *place* is named by the error, as collection.field."""
        try:
            if len(token) > CACHED_TOKEN_BYTES:
                return self._open(token)
            return self._open_cached(token)
        except (InvalidToken, UnicodeDecodeError):
            # The cause may carry what was read.
            raise DecryptionError(place) from None

    def blind_index(self, text: str) -> str:
        """Return the HMAC-SHA256 (RFC 2104) of *text* in hexadecimal, equal for equal texts."""
        return keyed_hash(self._index_key, text).hex()

    def renew(self, token: bytes, place: str) -> bytes | None:
        """Return *token* encrypted with the first key; None where it already is."""
        try:
            self._first.decrypt(token)
        except InvalidToken:
            return self._first.encrypt(self.decrypt(token, place).encode())
        return None

    def _open(self, token: bytes) -> str:
        return self._ring.decrypt(token).decode()


def init_app(app: Flask) -> None:
    """Give *app* the cipher that its settings describe."""
    settings = app.extensions["settings"]
    app.extensions[EXTENSION] = FieldCipher(
        settings.FIELD_ENCRYPTION_KEYS, settings.FIELD_INDEX_KEY
    )


def current_cipher() -> FieldCipher:
    """Return the cipher of the app in whose context this runs."""
    return cast("FieldCipher", current_app.extensions[EXTENSION])


def encrypt(text: str) -> bytes:
    """Return a new token of *text*, by the first key of the current app."""
    return current_cipher().encrypt(text)


def decrypt(token: bytes) -> str:
    """Return the text of *token*; raise DecryptionError where no key opens it."""
    return current_cipher().decrypt(token)


def decrypt_stored(value: bytes | str, place: str = "a document") -> str:
    """Return what a stored value means: a token's text, or a string stored in clear as it is.

    Raises DecryptionError and logs where no key opens it; *place* is what both name.
    """
    if isinstance(value, str):
        return value
    try:
        return current_cipher().decrypt(value, place)
    except DecryptionError as error:
        logger.critical("%s", error)
        raise


def blind_index(text: str) -> str:
    """Return the keyed digest by which *text* can be found though it is stored encrypted."""
    return current_cipher().blind_index(text)
