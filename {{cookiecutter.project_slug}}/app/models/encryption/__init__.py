"""Personal data is stored encrypted, and found through a keyed blind index.

A value is a Fernet token (AES-128-CBC with HMAC-SHA256) in a BSON binary: whoever reads
the database, a backup or a disk reads no e-mail. A BSON string found in such a place was
stored before the feature was switched on and is read as it is; `flask encryption apply`
encrypts it. Keys are configuration (FIELD_ENCRYPTION_KEYS, FIELD_INDEX_KEY) and belong to
an app, so they are looked up through the app context; nothing here knows of a request.
"""

from __future__ import annotations

from app.models.encryption.check import EncryptionKeyError, renew_check, verify_keys
from app.models.encryption.cipher import (
    DecryptionError,
    FieldCipher,
    blind_index,
    current_cipher,
    decrypt,
    decrypt_stored,
    encrypt,
    init_app,
)
from app.models.encryption.field import EncryptedStringField

__all__ = [
    "DecryptionError",
    "EncryptedStringField",
    "EncryptionKeyError",
    "FieldCipher",
    "blind_index",
    "current_cipher",
    "decrypt",
    "decrypt_stored",
    "encrypt",
    "init_app",
    "renew_check",
    "verify_keys",
]
