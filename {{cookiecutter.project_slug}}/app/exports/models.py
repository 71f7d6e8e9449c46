"""What exports are made of, and the chunks that they are stored in.

A document class that belongs to an account, which its field `account` names, is exported where
its meta has "export": the names of the fields that the owner may see. A document embedded there
is shown whole, unless its meta names fields, too. "export_only" is a filter,
where not all documents of an account are there for its owner to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from mongoengine import (
    CASCADE,
    #: if not cookiecutter.field_encryption
    BinaryField,
    #: endif
    DateTimeField,
    IntField,
    LazyReferenceField,
    UUIDField,
)

from app.accounts.models import Account
from app.database.documents import BaseDocument, document_classes
#: if cookiecutter.field_encryption
from app.encryption import EncryptedBinaryField
#: endif
from app.jobs.models import Job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongoengine import Document


class ExportChunk(BaseDocument):
    """A piece of what one attempt at an export has written."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "export_chunks",
        "indexes": [
            {"fields": ["job", "holder", "number"], "unique": True},
            {"fields": ["account"]},
            # Chunks of a worker that is killed after its job was deleted: nobody else removes them.
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
    }

    job = LazyReferenceField(Job, reverse_delete_rule=CASCADE, required=True)
    # Whose it is even where its job is gone; chunks of earlier releases do not say it.
    account = LazyReferenceField(Account, reverse_delete_rule=CASCADE)
    holder = UUIDField(binary=True, required=True)
    number = IntField(required=True)
    #: if cookiecutter.field_encryption
    content = EncryptedBinaryField(required=True)
    #: else
    content = BinaryField(required=True)
    #: endif
    expires_at = DateTimeField(db_field="expiresAt", required=True)


def exported_classes() -> Iterator[tuple[type[Document], tuple[str, ...], dict[str, Any]]]:
    """Yield what is exported: a document class, the fields to show, and a filter."""
    for document_class in document_classes():
        meta = document_class._meta  # noqa: SLF001 - it has no public name.
        if names := meta.get("export"):
            yield document_class, names, meta.get("export_only", {})
