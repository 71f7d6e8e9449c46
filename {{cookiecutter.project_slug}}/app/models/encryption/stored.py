"""Find encrypted fields in documents as they are stored, however deep and of whatever class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongoengine import EmbeddedDocumentField, GenericEmbeddedDocumentField
from mongoengine.base import get_document

from app.models.base import collection
from app.models.documents import collection_name, document_classes
from app.models.encryption.field import EncryptedStringField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongoengine import Document

_SAMPLES = 20


def encrypted_collections() -> dict[type[Document], dict[str, int]]:
    """Return the top class of each collection with encrypted fields, and their projection."""
    found: dict[str, tuple[type[Document], dict[str, int]]] = {}
    for document_class in document_classes():
        roots = {
            field.db_field: 1
            for field in document_class._fields.values()
            if _reaches_encrypted(field, frozenset())
        }
        if roots:
            name = collection_name(document_class)
            top, projection = found.get(name, (document_class, {"_cls": 1}))
            found[name] = (top, projection | roots)
    return dict(found.values())


def values_in(document_class: Any, record: dict[str, Any]) -> Iterator[tuple[str, str | bytes]]:
    """Yield (dotted path, stored value) of every encrypted field that *record* has.

    A value is bytes where it is encrypted and a string where it is still in clear.
    """
    # An extending class is stored in its parent's place under its own name.
    if "_cls" in record:
        document_class = get_document(record["_cls"])
    for field in document_class._fields.values():
        yield from _values_below(field, record.get(field.db_field), field.db_field)


def sample_tokens() -> Iterator[tuple[bytes, str]]:
    """Yield (token, place) of the encrypted fields in the newest documents of each collection."""
    for document_class, projection in encrypted_collections().items():
        name = collection_name(document_class)
        for record in collection(name).find({}, projection).sort("_id", -1).limit(_SAMPLES):
            for path, value in values_in(document_class, record):
                if isinstance(value, bytes):
                    yield value, f"{name}.{path}"


def _values_below(field: Any, value: Any, path: str) -> Iterator[tuple[str, str | bytes]]:
    if isinstance(field, EncryptedStringField):
        if isinstance(value, str | bytes):
            yield path, value
    elif isinstance(field, EmbeddedDocumentField | GenericEmbeddedDocumentField):
        if isinstance(value, dict):
            # What a generic field holds always says itself what it is.
            embedded_class = getattr(field, "document_type", None)
            for below, found in values_in(embedded_class, value):
                yield f"{path}.{below}", found
    elif getattr(field, "field", None) is not None:
        for key, item in _items(value):
            yield from _values_below(field.field, item, f"{path}.{key}")


def _items(value: Any) -> Iterator[tuple[int | str, Any]]:
    if isinstance(value, list):
        yield from enumerate(value)
    elif isinstance(value, dict):
        yield from value.items()


def _reaches_encrypted(field: Any, seen: frozenset[type]) -> bool:
    # What a generic field holds is known from the stored document alone.
    if isinstance(field, EncryptedStringField | GenericEmbeddedDocumentField):
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
