"""What every stored document has: a UUIDv7, createdAt and updatedAt.

The timestamps are kept by save() and by queryset updates alike, so that no path of
writing can forget them. They are UTC, aware, and of MongoDB's millisecond precision.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import NAMESPACE_OID, UUID, uuid5

from mongoengine import DateTimeField, Document, EmbeddedDocument, QuerySet, UUIDField, get_db
from uuid6 import uuid7

if TYPE_CHECKING:
    from pymongo.collection import Collection


def utc_now() -> datetime:
    """Return the current time as MongoDB stores it: UTC, aware, whole milliseconds."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562): time-ordered, so that indexes grow at one end."""
    # uuid6 returns a subclass; BSON wants the standard class itself.
    return UUID(int=uuid7().int)


def derived_id(collection_name: str, key: str) -> UUID:
    """Return the one id that *key* has in a collection, without storing the key in clear."""
    return uuid5(NAMESPACE_OID, f"{collection_name}:{key}")


def collection(name: str) -> Collection[dict[str, Any]]:
    """Return a collection that is counted in rather than modelled."""
    database: Any = get_db()
    return database[name]  # type: ignore[no-any-return]  # mongoengine has no types


class TimestampedQuerySet(QuerySet):
    """Querysets whose updates move updatedAt."""

    def update(self, *args: Any, **kwargs: Any) -> Any:
        """Update as QuerySet.update() does, and set updated_at."""
        kwargs.setdefault("set__updated_at", utc_now())
        return super().update(*args, **kwargs)

    def update_one(self, *args: Any, **kwargs: Any) -> Any:
        """Update as QuerySet.update_one() does, and set updated_at."""
        kwargs.setdefault("set__updated_at", utc_now())
        return super().update_one(*args, **kwargs)

    def modify(self, *args: Any, **kwargs: Any) -> Any:
        """Modify as QuerySet.modify() does, and set updated_at unless it removes."""
        if not kwargs.get("remove"):
            kwargs.setdefault("set__updated_at", utc_now())
        return super().modify(*args, **kwargs)


class BaseDocument(Document):
    """A stored document with a UUIDv7 and timestamps."""

    meta: ClassVar[dict[str, Any]] = {
        "abstract": True,
        "queryset_class": TimestampedQuerySet,
        # Indexes are made by `flask indexes ensure`, never on the way of a request.
        "auto_create_index": False,
        # A newer release beside this one may have stored a field more.
        "strict": False,
    }

    id = UUIDField(binary=True, primary_key=True, default=new_id)
    created_at = DateTimeField(db_field="createdAt", required=True)
    updated_at = DateTimeField(db_field="updatedAt", required=True)

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save as Document.save() does, and keep the timestamps."""
        self.updated_at = utc_now()
        if self.created_at is None:
            self.created_at = self.updated_at
        return super().save(*args, **kwargs)


class BaseEmbeddedDocument(EmbeddedDocument):
    """A document within another; what a newer release has added to it is read past, and kept.

    A change to a stored document names the fields that it sets. A list of embedded documents is
    set whole, and would come back without the members that this release does not know.
    """

    meta: ClassVar[dict[str, Any]] = {"abstract": True, "strict": False}

    def __init_subclass__(cls, **options: Any) -> None:
        """Be as tolerant where a class has a meta of its own: no embedded one inherits any."""
        super().__init_subclass__(**options)
        cls._meta.setdefault("strict", False)

    def to_mongo(self, *args: Any, **kwargs: Any) -> Any:
        """Return what is stored, with the members that were read and are not known here."""
        stored = super().to_mongo(*args, **kwargs)
        for name in self._data.keys() - self._fields.keys():
            stored.setdefault(name, self._data[name])
        return stored
