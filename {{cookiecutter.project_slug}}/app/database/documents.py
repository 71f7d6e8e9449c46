"""What every stored document has: a UUIDv7, createdAt and updatedAt.

save() and queryset updates both keep the timestamps, so that no way of writing can forget
them. They are UTC, aware, and of MongoDB's millisecond precision.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import NAMESPACE_OID, UUID, uuid5

from mongoengine import (
    DateTimeField,
    Document,
    DynamicDocument,
    EmbeddedDocument,
    QuerySet,
    UUIDField,
    get_db,
)
from uuid6 import uuid7
#: if cookiecutter.field_encryption

from app.encryption import open_record, seal, seal_update
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """Return a collection that has no document class, such as the counters'."""
    database: Any = get_db()
    return database[name]  # type: ignore[no-any-return]  # mongoengine has no types


class TimestampedQuerySet(QuerySet):
    """Querysets that write what save() writes: timestamps, and the id of what they insert."""

    def insert(self, doc_or_docs: Any, **options: Any) -> Any:
        """Insert as QuerySet.insert() does, one document or many."""
        is_one = isinstance(doc_or_docs, Document)
        documents = [doc_or_docs] if is_one else [*doc_or_docs]
        for document in documents:
            if isinstance(document, BaseDocument):
                document.stamp()
        return super().insert(doc_or_docs if is_one else documents, **options)

    def update(self, *, upsert: bool = False, **changes: Any) -> Any:
        """Update as QuerySet.update() does; update_one() and upsert_one() go this way, too."""
        return super().update(upsert=upsert, **self._stamp(changes, is_upsert=upsert))

    def modify(self, *, upsert: bool = False, remove: bool = False, **changes: Any) -> Any:
        """Modify as QuerySet.modify() does."""
        stamped = changes if remove else self._stamp(changes, is_upsert=upsert)
        return super().modify(upsert=upsert, remove=remove, **stamped)

    def _stamp(self, changes: dict[str, Any], *, is_upsert: bool) -> dict[str, Any]:
        now = utc_now()
        if isinstance(changes.get("__raw__"), list):
            # A pipeline has no $setOnInsert, and cannot be combined with other changes.
            new = {"createdAt": now, "_id": new_id()}
            kept = {name: {"$ifNull": [f"${name}", value]} for name, value in new.items()}
            stage = {"$set": {"updatedAt": now, **kept}}
            return {**changes, "__raw__": [*changes["__raw__"], stage]}
        stamps: dict[str, Any] = {"set__updated_at": now}
        if is_upsert:
            new = {"created_at": now} | ({} if _names_id(self._query) else {"id": new_id()})
            given = {name.removeprefix("set__") for name in changes}
            stamps |= {f"set_on_insert__{name}": new[name] for name in new.keys() - given}
        #: if cookiecutter.field_encryption
        return seal_update(self, stamps | changes)
        #: else
        return stamps | changes
        #: endif


def _names_id(query: dict[str, Any]) -> bool:
    """Tell whether a query says which id its document has, or would have."""
    return "_id" in query or any(_names_id(part) for part in query.get("$and", ()))


class BaseDocument(Document):
    """A stored document with a UUIDv7 and timestamps."""

    meta: ClassVar[dict[str, Any]] = {
        "abstract": True,
        "queryset_class": TimestampedQuerySet,
        # Indexes are made by `flask indexes ensure`, never during a request.
        "auto_create_index": False,
        # A newer release beside this one may have stored a field more.
        "strict": False,
    }

    id = UUIDField(binary=True, primary_key=True, default=new_id)
    created_at = DateTimeField(db_field="createdAt", required=True)
    updated_at = DateTimeField(db_field="updatedAt", required=True)

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save as Document.save() does, and keep the timestamps."""
        self.stamp()
        return super().save(*args, **kwargs)

    def stamp(self) -> None:
        """Set the timestamps of what is about to be written."""
        self.updated_at = utc_now()
        if self.created_at is None:
            self.created_at = self.updated_at
    #: if cookiecutter.field_encryption

    def to_mongo(self, *args: Any, **kwargs: Any) -> Any:
        """Return what is stored, its encrypted values sealed for this document."""
        stored = super().to_mongo(*args, **kwargs)
        seal(stored, self._get_collection_name(), self.pk)
        return stored

    @classmethod
    def _from_son(cls, son: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        open_record(cls, son)
        return super()._from_son(son, *args, **kwargs)
    #: endif


class BaseEmbeddedDocument(EmbeddedDocument):
    """An embedded document. Members that a newer release has added are ignored and kept.

    A change to a stored document names the fields that it sets. A list of embedded documents is
    set whole, and would come back without the members that this release does not know.
    """

    meta: ClassVar[dict[str, Any]] = {"abstract": True, "strict": False}

    def __init_subclass__(cls, **options: Any) -> None:
        """Make subclasses tolerant too: an embedded class with its own meta inherits none."""
        super().__init_subclass__(**options)
        cls._meta.setdefault("strict", False)

    def to_mongo(self, *args: Any, **kwargs: Any) -> Any:
        """Return what is stored, with the members that were read and are not known here."""
        stored = super().to_mongo(*args, **kwargs)
        for name in self._data.keys() - self._fields.keys():
            stored.setdefault(name, self._data[name])
        return stored


def document_classes() -> Iterator[type[Document]]:
    """Yield each class that has a collection, parents before the classes that extend them."""
    return _below(Document)


def collection_name(document_class: type[Document]) -> str:
    """Return the name of the collection that documents of this class are stored in."""
    return str(document_class._get_collection_name())  # noqa: SLF001 - it has no public name.


def _below(parent: type[Document]) -> Iterator[type[Document]]:
    for child in parent.__subclasses__():
        is_abstract = child._meta.get("abstract")  # noqa: SLF001 - it has no public name.
        if child is not DynamicDocument and not is_abstract:
            yield child
        yield from _below(child)
