"""Files: what is known of objects in the store, from before the upload until after the removal.

A document is there before a client can upload, and goes after the object has gone and nothing can
be uploaded in its place any more: no object is ever without a document.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from mongoengine import (
    NULLIFY,
    DateTimeField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    EnumField,
    LazyReferenceField,
    LongField,
    StringField,
    UUIDField,
)

from app.accounts.models import Account
from app.database.documents import BaseDocument, BaseEmbeddedDocument
from app.extensions import settings

if TYPE_CHECKING:
    from datetime import datetime


class Status(StrEnum):
    """How far a file is; one that is removed is shown to nobody."""

    PENDING = "pending"
    STORED = "stored"
    REMOVED = "removed"


class FormField(BaseEmbeddedDocument):
    """A field of the form that uploads."""

    name = StringField(required=True)
    value = StringField(required=True)


class Upload(BaseEmbeddedDocument):
    """A form that was signed for one upload: whoever has it can send that file until it expires."""

    url = StringField(required=True)
    fields = EmbeddedDocumentListField(FormField)
    expires_at = DateTimeField(db_field="expiresAt", required=True)


class File(BaseDocument):
    """A file of one account. Without an account it is what a deleted one has left behind."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "files",
        "indexes": [
            {"fields": ["account", "created_at", "id"]},
            {"fields": ["account", "file_name", "id"]},
            {"fields": ["status", "deadline"]},
            {"fields": ["status", "id"]},
        ],
        #: if cookiecutter.task_queue
        "export": (
            *("id", "file_name", "content_type", "size", "url"),
            *("created_at", "updated_at"),
        ),
        "export_only": {"status": Status.STORED},
        #: endif
    }

    # An account is deleted at once, whether or not the store answers: the objects follow.
    account = LazyReferenceField(Account, reverse_delete_rule=NULLIFY)
    # Not the id: the CDN serves the address to anybody, so it must not be guessable from other
    # values, and must not tell the time.
    key = UUIDField(binary=True, required=True, default=uuid4)
    file_name = StringField(db_field="fileName", required=True)
    content_type = StringField(db_field="contentType", required=True)
    size = LongField(required=True)
    status = EnumField(Status, required=True, default=Status.PENDING)
    # When a pending file is given up. Until then something may still arrive under its key.
    deadline = DateTimeField(required=True)
    upload = EmbeddedDocumentField(Upload)

    @property
    def url(self) -> str:
        """Where the CDN has the file, once it is stored."""
        return f"{settings.CDN_BASE_URL}/{self.key}"

    @property
    def expires_at(self) -> datetime | None:
        """When the file is given up; never, once it is stored."""
        return self.deadline if self.status is Status.PENDING else None
