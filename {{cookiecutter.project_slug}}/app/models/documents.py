"""Every document class there is, a developer's own included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongoengine import Document, DynamicDocument

if TYPE_CHECKING:
    from collections.abc import Iterator


def document_classes() -> Iterator[type[Document]]:
    """Yield each class that has a collection, parents before the classes that extend them."""
    return _below(Document)


def _below(parent: type[Document]) -> Iterator[type[Document]]:
    for child in parent.__subclasses__():
        if child is not DynamicDocument and not child._meta.get("abstract"):
            yield child
        yield from _below(child)
