"""List every document class, including those of a developer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongoengine import Document, DynamicDocument

if TYPE_CHECKING:
    from collections.abc import Iterator


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
