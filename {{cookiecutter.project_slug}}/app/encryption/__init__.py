"""Personal data is stored encrypted, bound to its place, and found through a keyed blind index.

A value is sealed with AES-256-GCM in a BSON binary. Its collection, field and _id are authenticated
with it, so that it can be opened nowhere else: somebody who reads the database reads no e-mail, and
somebody who writes to it cannot make the app show one account's e-mail to another. What an earlier
release stored (Fernet tokens, which are bound to nothing, and clear text from before the feature
was switched on) is read until `flask encryption apply` has renewed all of it. Keys are
configuration (FIELD_ENCRYPTION_KEYS, FIELD_INDEX_KEY) and belong to an app, so they are looked up
through the app context; nothing here knows of a request.
"""

from __future__ import annotations

from app.encryption.cipher import (
    DecryptionError,
    FieldCipher,
    Place,
    blind_index,
    blind_indexes,
    current_cipher,
    index_to_store,
    init_app,
    is_sealed,
)
from app.encryption.field import EncryptedBinaryField, EncryptedStringField
from app.encryption.sealing import open_record, seal, seal_update

__all__ = [
    "DecryptionError",
    "EncryptedBinaryField",
    "EncryptedStringField",
    "FieldCipher",
    "Place",
    "blind_index",
    "blind_indexes",
    "current_cipher",
    "index_to_store",
    "init_app",
    "is_sealed",
    "open_record",
    "seal",
    "seal_update",
]
