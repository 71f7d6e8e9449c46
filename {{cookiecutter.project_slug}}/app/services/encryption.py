"""Encrypt what is stored in clear, and renew what is encrypted, while the app is serving.

Both walk every document that has encrypted fields, in the order of _id, and change a
document only where its values are still the ones that were read: a concurrent change wins,
and the next pass looks again. A run that was cut short is simply run again; what is done
already is recognised and left as it is. updatedAt stays, since no account has changed.

To change a key without an interruption: first deploy `old,new`, so that every process can
read the new key; then `new,old`; then `flask encryption rotate`; then `new` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from app.models.accounts import Account
from app.models.base import collection
from app.models.documents import collection_name
from app.models.encryption import (
    DecryptionError,
    current_cipher,
    renew_check,
    verify_keys,
)
from app.models.encryption.stored import encrypted_collections, values_in
#: if cookiecutter.oauth == "client"
from app.models.identities import identity_index_for
#: endif

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mongoengine import Document

    # Takes what is stored and where; returns what is to be stored, None to leave it.
    Renewal = Callable[[str | bytes, str], bytes | None]

BATCH_SIZE = 500
# Each pass takes up what changed under the one before; a document that changes ten times
# during a run is left to the next one and counted.
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


def encrypt_stored() -> list[CollectionReport]:
    """Encrypt every value that is stored in clear; raise EncryptionKeyError on a wrong key."""
    verify_keys()
    cipher = current_cipher()

    def encrypt(value: str | bytes, _place: str) -> bytes | None:
        return cipher.encrypt(value) if isinstance(value, str) else None

    return _renew_all(encrypt)


def rotate_keys() -> list[CollectionReport]:
    """Encrypt every token with the first key; raise EncryptionKeyError on a wrong key.

    Once all of them are, the check value is renewed too and no older key is needed.
    """
    verify_keys()
    cipher = current_cipher()

    def rotate(value: str | bytes, place: str) -> bytes | None:
        return cipher.renew(value, place) if isinstance(value, bytes) else None

    reports = _renew_all(rotate)
    if all(report.is_complete for report in reports):
        renew_check()
    return reports


def _renew_all(renew: Renewal) -> list[CollectionReport]:
    return [
        _renew_collection(document_class, projection, renew)
        for document_class, projection in encrypted_collections().items()
    ]


def _renew_collection(
    document_class: type[Document], projection: dict[str, int], renew: Renewal
) -> CollectionReport:
    report = CollectionReport(collection_name(document_class))
    for _ in range(_MAX_PASSES):
        report.seen = report.contested = 0
        report.failures.clear()
        for record in _records(document_class, projection):
            report.seen += 1
            _renew_record(document_class, record, renew, report)
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
    renew: Renewal,
    report: CollectionReport,
) -> None:
    expected: dict[str, Any] = {"_id": record["_id"]}
    changes: dict[str, Any] = {}
    for path, value in values_in(document_class, record):
        try:
            renewed = renew(value, f"{report.name}.{path}")
        except DecryptionError as error:
            report.failures.append(f"{error} (_id {record['_id']})")
            continue
        if renewed is not None:
            expected[path] = value
            changes[path] = renewed
            changes |= _indexes_beside(document_class, path, value)
    if not changes:
        return
    try:
        result = collection(report.name).update_one(expected, {"$set": changes})
    except DuplicateKeyError:
        report.failures.append(f"{report.name}: another document has the index of {record['_id']}")
        return
    report.changed += result.modified_count
    report.contested += 1 - result.matched_count


def _indexes_beside(
    document_class: type[Document], path: str, value: str | bytes
) -> dict[str, str]:
    """Return the blind index that belongs to a value found in clear."""
    #: if cookiecutter.oauth == "client"
    if document_class is Account and path.startswith("identities.") and isinstance(value, str):
        return {f"{path.removesuffix('.name')}.index": identity_index_for(value)}
    #: endif
    if document_class is Account and path == Account.email.db_field and isinstance(value, str):
        return {Account.email_index.db_field: Account.email_index_for(value)}
    return {}
