"""Books of the catalogue."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from mongoengine import (
    DateField,
    Decimal128Field,
    EmbeddedDocumentField,
    EnumField,
    IntField,
    ListField,
    StringField,
)

from app.database.documents import BaseDocument, BaseEmbeddedDocument


class Currency(StrEnum):
    """What prices are in (ISO 4217)."""

    EUR = "EUR"
    KRW = "KRW"
    USD = "USD"


class Binding(StrEnum):
    """What holds the pages together."""

    HARDCOVER = "hardcover"
    PAPERBACK = "paperback"


class Price(BaseEmbeddedDocument):
    """What a copy costs, to the last digit."""

    amount = Decimal128Field(required=True)
    currency = EnumField(Currency, required=True)


class Book(BaseDocument):
    """A book of the catalogue."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "books",
        # The list is everybody's, so that no index begins with an account.
        "indexes": [
            {"fields": ["isbn"], "unique": True},
            {"fields": ["created_at", "id"]},
            {"fields": ["title", "id"]},
            {"fields": ["price.amount", "id"]},
            {"fields": ["published_on", "id"]},
        ],
    }

    isbn = StringField(required=True)
    title = StringField(required=True)
    binding = EnumField(Binding, required=True)
    tags = ListField(StringField())
    price = EmbeddedDocumentField(Price, required=True)
    # Of a book that is announced nobody knows it.
    published_on = DateField(db_field="publishedOn")
    stock = IntField(required=True)
    # Counts the changes, orders included: whoever sends If-Match overwrites none.
    revision = IntField(required=True, default=1)

    @property
    def is_available(self) -> bool:
        """Whether there is a copy to order."""
        return bool(self.stock > 0)
