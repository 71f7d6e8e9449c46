"""Seal values when their document is stored, and open them when it is read, at any depth."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mongoengine import EmbeddedDocumentField, GenericEmbeddedDocumentField
from mongoengine.base import get_document
from mongoengine.errors import InvalidQueryError
from mongoengine.queryset import transform

from app.encryption.cipher import Place, current_cipher
from app.encryption.field import EncryptedField, Unsealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongoengine import QuerySet

# Arguments of a queryset's update that are no changes.
_OPTIONS = frozenset(
    {"upsert", "multi", "write_concern", "read_concern", "full_result", "full_response"}
    | {"array_filters", "remove", "new"}
)


class Slot(NamedTuple):
    """An encrypted field of a stored document, and the container and key of its value."""

    field: EncryptedField
    container: Any
    key: Any
    path: str

    @property
    def value(self) -> Any:
        """The value as it is stored."""
        return self.container[self.key]


def seal(stored: Any, collection: str, identifier: Any, path: str = "") -> None:
    """Seal the Unsealed values in *stored*, a document or the changes of an update."""
    for key, value in list(stored.items() if isinstance(stored, dict) else enumerate(stored)):
        below = f"{path}.{key}"
        if isinstance(value, Unsealed):
            place = Place.at(collection, below[1:], identifier)
            stored[key] = current_cipher().encrypt(value.content, place)
        elif isinstance(value, dict | list):
            seal(value, collection, identifier, below)


def open_record(document_class: Any, record: dict[str, Any]) -> None:
    """Replace every sealed value of *record* by its content; raise DecryptionError."""
    collection = document_class._get_collection_name()  # noqa: SLF001 - it has no public name.
    for slot in slots_in(document_class, record):
        place = Place.at(collection, slot.path, record.get("_id"))
        slot.container[slot.key] = slot.field.open(slot.value, place)


def seal_update(queryset: QuerySet, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of an update with their values sealed.

    A value is bound to one document, so the query must name that by its id. Raises
    InvalidQueryError.
    """
    document_class = queryset._document  # noqa: SLF001 - it has no public name.
    if not encrypted_fields(document_class) or isinstance(changes.get("__raw__"), list):
        return changes
    options = {name: changes[name] for name in changes.keys() & _OPTIONS}
    named = {name: changes[name] for name in changes.keys() - _OPTIONS}
    update = transform.update(document_class, **named)
    if not _holds_unsealed(update):
        return changes
    identifier = queryset._query.get("_id")  # noqa: SLF001 - as above
    if identifier is None or isinstance(identifier, dict):
        message = "an update of an encrypted field has to name its one document by id"
        raise InvalidQueryError(message)
    seal(update, document_class._get_collection_name(), identifier)  # noqa: SLF001 - as above
    return {**options, "__raw__": update}


def _holds_unsealed(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds_unsealed, value.values() if isinstance(value, dict) else value))
    return isinstance(value, Unsealed)


def slots_in(document_class: Any, record: dict[str, Any]) -> Iterator[Slot]:
    """Yield every encrypted field that *record* has a value in."""
    # A subclass is stored in its parent's collection under its own name.
    if "_cls" in record:
        document_class = get_document(record["_cls"])
    for field in encrypted_fields(document_class):
        yield from _slots_below(field, record, field.db_field, field.db_field)


def _slots_below(field: Any, container: Any, key: Any, path: str) -> Iterator[Slot]:
    value = container.get(key) if isinstance(container, dict) else container[key]
    if value is None:
        return
    if isinstance(field, EncryptedField):
        yield Slot(field, container, key, path)
    elif isinstance(field, EmbeddedDocumentField | GenericEmbeddedDocumentField):
        if isinstance(value, dict):
            # A document in a generic field always names its own class.
            for slot in slots_in(getattr(field, "document_type", None), value):
                yield slot._replace(path=f"{path}.{slot.path}")
    elif isinstance(value, dict | list):
        for each in list(value) if isinstance(value, dict) else range(len(value)):
            yield from _slots_below(field.field, value, each, f"{path}.{each}")
    elif isinstance(field.field, EncryptedField):
        # There is no list or map although the field is one: this app has not stored that.
        yield Slot(field.field, container, key, path)


@cache
def encrypted_fields(document_class: Any) -> tuple[Any, ...]:
    """Return the fields of a class that are encrypted, or hold such fields at any depth."""
    fields = document_class._fields.values()
    return tuple(field for field in fields if _reaches_encrypted(field, frozenset()))


def _reaches_encrypted(field: Any, seen: frozenset[type]) -> bool:
    # The class in a generic field is known only from the stored document.
    if isinstance(field, EncryptedField | GenericEmbeddedDocumentField):
        return True
    if isinstance(field, EmbeddedDocumentField):
        return _class_reaches_encrypted(field.document_type, seen)
    inner = getattr(field, "field", None)
    return inner is not None and _reaches_encrypted(inner, seen)


def _class_reaches_encrypted(embedded_class: Any, seen: frozenset[type]) -> bool:
    # An embedded document may hold its own kind.
    if embedded_class in seen:
        return False
    names = embedded_class._subclasses  # noqa: SLF001 - it has no public name.
    family = [get_document(name) for name in names]
    seen = seen.union(family, [embedded_class])
    return any(
        _reaches_encrypted(field, seen) for member in family for field in member._fields.values()
    )
