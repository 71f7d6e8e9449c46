"""Find the collections with encrypted fields, and the values in their newest documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.database.documents import collection, collection_name, document_classes
from app.encryption.cipher import Place
from app.encryption.sealing import encrypted_fields, slots_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongoengine import Document

    from app.encryption.sealing import Slot

_SAMPLES = 20


def encrypted_collections() -> dict[type[Document], dict[str, int]]:
    """Return the top class of each collection with encrypted fields, and their projection.

    It holds the blind indexes beside the fields, too.
    """
    found: dict[str, tuple[type[Document], dict[str, int]]] = {}
    for document_class in document_classes():
        fields = encrypted_fields(document_class)  # type: ignore[arg-type]  # classes are hashable
        roots = {field.db_field: 1 for field in fields}
        roots |= {name: 1 for field in fields if (name := getattr(field, "indexed_in", None))}
        if roots:
            name = collection_name(document_class)
            top, projection = found.get(name, (document_class, {"_cls": 1}))
            found[name] = (top, projection | roots)
    return dict(found.values())


def has_documents() -> bool:
    """Tell whether any collection with encrypted fields has a document."""
    names = map(collection_name, encrypted_collections())
    return any(collection(name).find_one({}, {"_id": 1}) for name in names)


def sample_slots() -> Iterator[tuple[Slot, Place]]:
    """Yield the encrypted values in the newest documents of each collection, and their places."""
    for document_class, projection in encrypted_collections().items():
        name = collection_name(document_class)
        for record in collection(name).find({}, projection).sort("_id", -1).limit(_SAMPLES):
            for slot in slots_in(document_class, record):
                yield slot, Place.at(name, slot.path, record["_id"])
