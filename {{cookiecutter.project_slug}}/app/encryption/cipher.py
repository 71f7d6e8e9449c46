"""The keys of an app and what they do: encrypt, decrypt, index.

No cryptography is invented here: AES-GCM, HKDF and Fernet come from the library, and the blind
index is a keyed hash, by which an encrypted value can still be looked up.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from uuid import NAMESPACE_OID, uuid5

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mongoengine import get_db

from app.database.keyed_hashes import keyed_hash
from app.extensions import PerApp, app_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


# The first byte of what this release seals. Fernet tokens begin with "g", and no text in UTF-8
# or JSON that was stored in clear begins with a control character.
VERSION: Final = b"\x01"
# NIST SP 800-38D section 8.3: with random nonces of 96 bits one key seals 2^32 values at most,
# which is one sign-up each second for sixty years; a key is replaced long before that.
NONCE_BYTES: Final = 12
# The setting holds keys in Fernet's format. A second key is derived from each, since no key may be
# used for two ciphers.
_DERIVATION: Final = b"field encryption, AES-256-GCM"
_OPTIONS: Final[CodecOptions[dict[str, Any]]] = CodecOptions(
    uuid_representation=UuidRepresentation.STANDARD
)


class DecryptionError(RuntimeError):
    """Raised when no configured key opens a stored value; names the place, never the value.

    It is no ValueError: mongoengine would turn that into its own error, which prints the value.
    """

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place} holds a value that no key of FIELD_ENCRYPTION_KEYS opens there")


class UnsealedError(DecryptionError):
    """Raised in a sealed database for a value that is not bound to its place."""

    def __init__(self, place: Place) -> None:
        RuntimeError.__init__(
            self,
            f"{place} holds what is not encrypted for its place, and this database is sealed",
        )


class Place(NamedTuple):
    """The only place where a value may be: a field of one document."""

    collection: str
    path: str
    id: Any

    @classmethod
    def at(cls, collection: str, path: str, identifier: Any) -> Self:
        """Return the place of a dotted *path*, without positions in lists.

        Updates may reorder a list without naming the items that move.
        """
        names = (name for name in path.split(".") if not (name.isdigit() or name[:1] == "$"))
        return cls(collection, ".".join(names), identifier)

    def __str__(self) -> str:
        return f"{self.collection}.{self.path}"

    def encoded(self) -> bytes:
        """Return the unique encoding that is authenticated with a value."""
        return bson.encode(self._asdict(), codec_options=_OPTIONS)


# The one document that says which keys a database was written with (check.py), and in its member
# "seal" that nothing is left which is not bound to its place. A seal is authenticated, so that
# nobody without a key makes one up.
CHECKS: Final = "encryption_checks"
CHECK_ID: Final = uuid5(NAMESPACE_OID, f"{CHECKS}:current")
KNOWN_TEXT: Final = b"field encryption check"
KEY_CHECK: Final = Place(CHECKS, "keyCheck", CHECK_ID)
SEAL: Final = Place(CHECKS, "seal", CHECK_ID)


class FieldCipher:
    """One app's keys. The first key encrypts, all of them decrypt.

    *is_sealed* tells what the app knows so far: that every value of this database is bound to its
    place.
    """

    def __init__(
        self, keys: Sequence[str], index_keys: Sequence[str], *, is_strict: bool = False
    ) -> None:
        self._ring = [AESGCM(_derive(key)) for key in keys]
        self._older = MultiFernet([Fernet(key) for key in keys])
        self._index_keys = [key.encode() for key in index_keys]
        self.is_strict = is_strict
        self.is_sealed = is_strict

    def encrypt(self, content: bytes, place: Place) -> bytes:
        """Return *content* sealed for its *place*; no two calls return the same bytes."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._ring[0].encrypt(nonce, content, place.encoded())

    def decrypt(self, value: bytes, place: Place) -> bytes:
        """Return what was sealed for this *place*; raise DecryptionError for anything else."""
        for key in self._ring:
            try:
                return _open(key, value, place)
            except (InvalidTag, ValueError):
                continue
        raise DecryptionError(place)

    def decrypt_older(self, token: bytes, place: Place) -> bytes:
        """Return the content of an earlier release's Fernet token, which is bound to no place."""
        try:
            return self._older.decrypt(token)
        except InvalidToken:
            raise DecryptionError(place) from None

    def is_current(self, value: Any, place: Place) -> bool:
        """Tell whether *value* is sealed with the first key."""
        try:
            _open(self._ring[0], value, place)
        except (InvalidTag, ValueError, TypeError):
            return False
        return True

    def blind_indexes(self, text: str) -> list[str]:
        """Return the HMAC-SHA256 (RFC 2104) of *text* with each key, the newest first."""
        return [keyed_hash(key, text).hex() for key in self._index_keys]


def _derive(key: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=_DERIVATION).derive(urlsafe_b64decode(key))


def _open(key: AESGCM, value: bytes, place: Place) -> bytes:
    if value[:1] != VERSION:
        raise InvalidTag
    return key.decrypt(value[1 : NONCE_BYTES + 1], value[NONCE_BYTES + 1 :], place.encoded())


_cipher: PerApp[FieldCipher] = PerApp("field_cipher")


def init_app(app: Flask) -> None:
    """Give *app* the cipher that its settings describe."""
    settings = app_settings.of(app)
    index_keys = [settings.FIELD_INDEX_KEY]
    if settings.FIELD_INDEX_KEY_PREVIOUS is not None:
        index_keys.append(settings.FIELD_INDEX_KEY_PREVIOUS)
    is_strict = settings.FIELD_ENCRYPTION_STRICT
    _cipher.bind(app, FieldCipher(settings.FIELD_ENCRYPTION_KEYS, index_keys, is_strict=is_strict))


def current_cipher() -> FieldCipher:
    """Return the cipher of the app in whose context this runs."""
    return _cipher.current()


def is_sealed() -> bool:
    """Tell whether only values that are bound to their place are accepted.

    It is asked only for other values, so that a seal takes effect at once in every process and
    costs a sealed database nothing. A process that has seen the seal remembers it.
    """
    cipher = current_cipher()
    if not cipher.is_sealed:
        database: Any = get_db()
        check = database[CHECKS].find_one({"_id": CHECK_ID}) or {}
        cipher.is_sealed = has_seal(check)
    return cipher.is_sealed


def has_seal(check: dict[str, Any]) -> bool:
    """Tell whether a check document has a seal; raise DecryptionError for a forged one."""
    seal = check.get(SEAL.path)
    return seal is not None and current_cipher().decrypt(seal, SEAL) == KNOWN_TEXT


def blind_indexes(text: str) -> list[str]:
    """Return the keyed digests by which *text* can be found though it is stored encrypted.

    There are two while FIELD_INDEX_KEY is being changed: look for either of them.
    """
    return current_cipher().blind_indexes(text)


def blind_index(text: str) -> str:
    """Return the digest of *text* that all processes know, for counting.

    It uses the previous key, if any: some processes may not have the new one yet.
    """
    return blind_indexes(text)[-1]


def index_to_store(text: str) -> str | list[str]:
    """Return the value for a unique index.

    While the key is being changed it is an array of both digests: in a unique multikey index
    MongoDB lets no two documents share an element, whichever key a process has.
    """
    indexes = blind_indexes(text)
    return indexes if len(indexes) > 1 else indexes[0]
