"""Orders."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import (
    CASCADE,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    LazyReferenceField,
    StringField,
    UUIDField,
)

from app.accounts.models import Account
from app.books.models import Price
from app.database.documents import BaseDocument, BaseEmbeddedDocument


class OrderLine(BaseEmbeddedDocument):
    """Copies of one book, and what it was called and cost when they were ordered."""

    # No reference that MongoDB or mongoengine would follow: the book may be gone.
    book_id = UUIDField(binary=True, db_field="bookId", required=True)
    title = StringField(required=True)
    price = EmbeddedDocumentField(Price, required=True)
    copies = IntField(required=True)


class Order(BaseDocument):
    """What an account has ordered at once."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "orders",
        "indexes": [{"fields": ["account", "created_at", "id"]}],
    }

    account = LazyReferenceField(Account, reverse_delete_rule=CASCADE, required=True)
    lines = EmbeddedDocumentListField(OrderLine, required=True)
