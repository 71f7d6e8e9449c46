"""A stored check value, by which an app sees whether its keys are those of this database.

One document holds a sealed value and a blind index of a known text. An app whose keys do not fit
it must not write: others could not read what it stores, and it would find no account. The same
document says whether the database is sealed.
"""

from __future__ import annotations

import logging
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from app.database import DatabaseMismatchError
from app.database.documents import collection, utc_now
from app.encryption.cipher import (
    CHECK_ID,
    CHECKS,
    KEY_CHECK,
    KNOWN_TEXT,
    SEAL,
    VERSION,
    DecryptionError,
    current_cipher,
    has_seal,
)
from app.encryption.collections import has_documents, sample_slots

if TYPE_CHECKING:
    from pymongo.collection import Collection

logger = logging.getLogger(__name__)


class EncryptionKeyError(DatabaseMismatchError):
    """Raised when a configured key is not the one this database was written with."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"{setting} does not open what this database holds")


class SealMissingError(DatabaseMismatchError):
    """Raised when FIELD_ENCRYPTION_STRICT wants a seal that the database lacks."""

    def __init__(self) -> None:
        super().__init__(
            "FIELD_ENCRYPTION_STRICT asks for a sealed database:"
            " unset it until flask encryption apply has sealed this one"
        )


def verify_keys() -> None:
    """Compare the keys with the check value, which the first app of a database writes.

    Raises EncryptionKeyError and SealMissingError. Of several processes that start at the same
    time, one writes the value and the others compare with it.
    """
    checks = collection(CHECKS)
    stored = checks.find_one({"_id": CHECK_ID}) or _write_first(checks)
    cipher = current_cipher()
    try:
        is_opened = _open_key_check(stored[KEY_CHECK.path]) == KNOWN_TEXT
        cipher.is_sealed = has_seal(stored) or cipher.is_sealed
    except DecryptionError:
        is_opened = False
    if not is_opened:
        raise EncryptionKeyError("FIELD_ENCRYPTION_KEYS")
    indexes = cipher.blind_indexes(KNOWN_TEXT.decode())
    if not any(compare_digest(stored["indexCheck"], index) for index in indexes):
        raise EncryptionKeyError("FIELD_INDEX_KEY")
    if SEAL.path in stored:
        return
    if cipher.is_strict:
        raise SealMissingError
    # This is also the case after somebody has removed the seal.
    logger.warning("clear text and tokens of earlier releases are read: run flask encryption apply")


def renew_check() -> None:
    """Write the check value again with the first keys, so that it needs no older key."""
    checks = collection(CHECKS)
    stored = checks.find_one({"_id": CHECK_ID}) or {}
    _write(checks, {**_make_check(), **(_make_seal() if has_seal(stored) else {})})


def seal_database() -> None:
    """Mark the database as sealed: values that are not bound to their place are refused now."""
    _write(collection(CHECKS), _make_check() | _make_seal())
    current_cipher().is_sealed = True


def unseal_database() -> None:
    """Remove the seal; processes that have seen it keep to it until they end.

    Raises SealMissingError where the settings want it.
    """
    if current_cipher().is_strict:
        raise SealMissingError
    collection(CHECKS).update_one({"_id": CHECK_ID}, {"$unset": {SEAL.path: ""}})
    current_cipher().is_sealed = False


def _make_check() -> dict[str, Any]:
    cipher = current_cipher()
    return {
        KEY_CHECK.path: cipher.encrypt(KNOWN_TEXT, KEY_CHECK),
        "indexCheck": cipher.blind_indexes(KNOWN_TEXT.decode())[0],
    }


def _make_seal() -> dict[str, Any]:
    return {SEAL.path: current_cipher().encrypt(KNOWN_TEXT, SEAL)}


def _write(checks: Collection[dict[str, Any]], members: dict[str, Any]) -> None:
    checks.update_one({"_id": CHECK_ID}, {"$set": {**members, "updatedAt": utc_now()}})


def _open_key_check(value: bytes) -> bytes:
    # Earlier releases wrote a Fernet token.
    cipher = current_cipher()
    is_older = value[:1] != VERSION
    return (cipher.decrypt_older if is_older else cipher.decrypt)(value, KEY_CHECK)


def _write_first(checks: Collection[dict[str, Any]]) -> dict[str, Any]:
    _verify_by_samples()
    now = utc_now()
    check = {"_id": CHECK_ID, **_make_check(), "createdAt": now, "updatedAt": now}
    if not has_documents():
        # There is nothing from an earlier release to read.
        check |= _make_seal()
    try:
        checks.insert_one(check)
    except DuplicateKeyError:
        return checks.find_one({"_id": CHECK_ID}) or check
    return check


def _verify_by_samples() -> None:
    """Raise EncryptionKeyError where the newest documents were written with other keys.

    The check value may be missing from a database that is not new, for example one restored in
    part. A wrong key must not become the right one by that.
    """
    try:
        for slot, place in sample_slots():
            if isinstance(slot.value, bytes):
                slot.field.open_content(slot.value, place)
    except DecryptionError as error:
        raise EncryptionKeyError("FIELD_ENCRYPTION_KEYS") from error
