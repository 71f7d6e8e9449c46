"""A stored check value, by which an app sees that its keys are those of this database.

One document holds a token and a blind index of a text everybody knows. An app whose keys
do not fit it must not write: it would hide what it stores from all others, and miss every
account it looks for.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from app.models.base import collection, derived_id, utc_now
from app.models.encryption.cipher import DecryptionError, current_cipher
from app.models.encryption.stored import sample_tokens
from app.models.mismatch import DatabaseMismatchError

if TYPE_CHECKING:
    from pymongo.collection import Collection

COLLECTION = "encryption_checks"
KNOWN_TEXT = "field encryption check"
_ID = derived_id(COLLECTION, "current")


class EncryptionKeyError(DatabaseMismatchError):
    """Raised when a configured key is not the one this database was written with."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"{setting} does not open what this database holds")


def verify_keys() -> None:
    """Compare the keys with the check value, which the first app of a database writes.

    Raises EncryptionKeyError. Of several processes that come first at once, one writes and
    the others compare with what it wrote.
    """
    checks = collection(COLLECTION)
    stored = checks.find_one({"_id": _ID}) or _write_first(checks)
    cipher = current_cipher()
    try:
        is_opened = cipher.decrypt(stored["keyCheck"], f"{COLLECTION}.keyCheck") == KNOWN_TEXT
    except DecryptionError:
        is_opened = False
    if not is_opened:
        raise EncryptionKeyError("FIELD_ENCRYPTION_KEYS")
    if not compare_digest(stored["indexCheck"], cipher.blind_index(KNOWN_TEXT)):
        raise EncryptionKeyError("FIELD_INDEX_KEY")


def renew_check() -> None:
    """Write the check value with the first key, so that no older key is needed for it."""
    collection(COLLECTION).update_one(
        {"_id": _ID},
        {"$set": {"keyCheck": current_cipher().encrypt(KNOWN_TEXT), "updatedAt": utc_now()}},
    )


def _write_first(checks: Collection[dict[str, Any]]) -> dict[str, Any]:
    _verify_by_samples()
    cipher = current_cipher()
    now = utc_now()
    check = {
        "_id": _ID,
        "keyCheck": cipher.encrypt(KNOWN_TEXT),
        "indexCheck": cipher.blind_index(KNOWN_TEXT),
        "createdAt": now,
        "updatedAt": now,
    }
    try:
        checks.insert_one(check)
    except DuplicateKeyError:
        return checks.find_one({"_id": _ID}) or check
    return check


def _verify_by_samples() -> None:
    """Raise EncryptionKeyError where the newest documents were written with other keys.

    The check value may be missing from a database that is not new, such as one restored in
    part; a wrong key must not be made the right one by that.
    """
    cipher = current_cipher()
    try:
        for token, place in sample_tokens():
            cipher.decrypt(token, place)
    except DecryptionError as error:
        raise EncryptionKeyError("FIELD_ENCRYPTION_KEYS") from error
