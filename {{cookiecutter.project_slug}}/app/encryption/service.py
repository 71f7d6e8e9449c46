"""Encrypt values stored in clear, and re-encrypt others with new keys, while the app is serving.

Both walk every document that has encrypted fields, in the order of _id, and change a
document only where its values are still the ones that were read: a concurrent change wins,
and the next pass looks again. A run that was interrupted can be run again: values that are
done are recognised and left alone. updatedAt stays, since no account has changed.

To change an encryption key without an interruption: first deploy `old,new`, so that every process
can read the new key; then `new,old`; then `flask encryption rotate`; then `new` alone. To change
the index key: deploy the new one with FIELD_INDEX_KEY_PREVIOUS as the old one, then `flask
encryption rotate`, then the new one alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from app.database.documents import collection, collection_name
from app.encryption import DecryptionError, Place, current_cipher, index_to_store, is_sealed
from app.encryption.collections import encrypted_collections
from app.encryption.key_check import renew_check, seal_database, unseal_database, verify_keys
from app.encryption.sealing import slots_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongoengine import Document

    from app.encryption.sealing import Slot

# Few enough to fit into memory when each document has several MiB.
BATCH_SIZE = 50
# Each pass repeats documents that changed during the one before. A document that changes ten
# times during a run is counted and left for the next run.
_MAX_PASSES = 10


@dataclass(slots=True)
class CollectionReport:
    """What a run did in one collection, counted in documents.

    *contested* changed while the run looked at them, *failures* says in one line each what
    could not be done and where.
    """

    name: str
    seen: int = 0
    changed: int = 0
    contested: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left for another run."""
        return not self.contested and not self.failures


def encrypt_stored(*, is_sealing: bool = True) -> list[CollectionReport]:
    """Encrypt values stored in clear, and bind the values of earlier releases to their place.

    When all is done the database is sealed: from then on nothing else is read. Without
    *is_sealing* an existing seal is removed first, so that values which other processes still
    store in clear can be read. Raises EncryptionKeyError.
    """
    verify_keys()
    if not is_sealing:
        unseal_database()
    reports = _renew_all(with_older=True)
    if is_sealing and all(report.is_complete for report in reports):
        seal_database()
    return reports


def rotate_keys() -> list[CollectionReport]:
    """Encrypt everything with the first key, and index it with FIELD_INDEX_KEY.

    Once all is done, the check value is renewed too and no older key is needed. What is in clear
    is left to encrypt_stored(). Raises EncryptionKeyError on a wrong key.
    """
    verify_keys()
    reports = _renew_all(with_older=False)
    if all(report.is_complete for report in reports):
        renew_check()
    return reports


def _renew_all(*, with_older: bool) -> list[CollectionReport]:
    return [
        _renew_collection(document_class, projection, with_older=with_older)
        for document_class, projection in encrypted_collections().items()
    ]


def _renew_collection(
    document_class: type[Document], projection: dict[str, int], *, with_older: bool
) -> CollectionReport:
    report = CollectionReport(collection_name(document_class))
    for _ in range(_MAX_PASSES):
        report.seen = report.contested = 0
        report.failures.clear()
        for record in _records(document_class, projection):
            report.seen += 1
            _renew_record(document_class, record, report, with_older=with_older)
        if not report.contested:
            break
    return report


def _records(
    document_class: type[Document], projection: dict[str, int]
) -> Iterator[dict[str, Any]]:
    """Yield every document in the order of _id, by ranges: no cursor has to outlive a batch."""
    documents = collection(collection_name(document_class))
    criteria: dict[str, Any] = {}
    while batch := list(documents.find(criteria, projection).sort("_id", 1).limit(BATCH_SIZE)):
        yield from batch
        criteria = {"_id": {"$gt": batch[-1]["_id"]}}


def _renew_record(
    document_class: type[Document],
    record: dict[str, Any],
    report: CollectionReport,
    *,
    with_older: bool,
) -> None:
    expected: dict[str, Any] = {"_id": record["_id"]}
    changes: dict[str, Any] = {}
    for slot in slots_in(document_class, record):
        if isinstance(slot.value, str) and not with_older and not is_sealed():
            continue
        place = Place.at(report.name, slot.path, record["_id"])
        try:
            renewed = _renew(slot, place)
        except DecryptionError as error:
            report.failures.append(f"{error} (_id {record['_id']})")
            continue
        if renewed:
            expected[slot.path] = slot.value
            changes |= renewed
    if not changes:
        return
    try:
        result = collection(report.name).update_one(expected, {"$set": changes})
    except DuplicateKeyError:
        report.failures.append(f"{report.name}: another document has the index of {record['_id']}")
        return
    report.changed += result.modified_count
    report.contested += 1 - result.matched_count


def _renew(slot: Slot, place: Place) -> dict[str, Any]:
    """Return what has to change of a value and the blind index beside it, by their paths."""
    cipher = current_cipher()
    content = slot.field.open_content(slot.value, place)
    changes: dict[str, Any] = {}
    if not cipher.is_current(slot.value, place):
        changes[slot.path] = cipher.encrypt(content, place)
    if name := slot.field.indexed_in:
        index = index_to_store(slot.field.folding(slot.field.load(content)))
        if slot.container.get(name) != index:
            siblings, _, _ = slot.path.rpartition(".")
            changes[f"{siblings}.{name}".lstrip(".")] = index
    return changes
