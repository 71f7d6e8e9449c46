"""Every document class is found, wherever it was defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from mongoengine import (
    CASCADE,
    DENY,
    DO_NOTHING,
    NULLIFY,
    PULL,
    Document,
    DynamicDocument,
    EmbeddedDocument,
    LazyReferenceField,
    ListField,
    ReferenceField,
)

from app.accounts.models import Account
from app.database.documents import BaseDocument, document_classes

if TYPE_CHECKING:
    from collections.abc import Iterator


class Visit(DynamicDocument):
    """A developer's own document, below none of this project's classes."""


class Stamp(Document):
    """Another one, which allows only its own members."""


class Guest(Document):
    """Who came, and would stay behind when the account goes."""

    meta: ClassVar[dict[str, Any]] = {"strict": False, "indexes": [{"fields": ["host"]}]}

    account = ReferenceField(Account)
    friends = ListField(LazyReferenceField(Account, reverse_delete_rule=DENY))
    host = LazyReferenceField(Account, reverse_delete_rule=NULLIFY)


class Ink(EmbeddedDocument):
    """A part of a document, which is as strict."""


def _classes_below(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from _classes_below(child)


def _strict_classes() -> set[type[Any]]:
    """Return the classes that would fail on a member of a newer release."""
    classes = {*document_classes(), *_classes_below(EmbeddedDocument)}
    return {each for each in classes if not each._dynamic and each._meta.get("strict", True)}


def test_classes_with_a_collection_are_found() -> None:
    assert {Account, Visit} <= set(document_classes())


def test_classes_without_a_collection_are_left_out() -> None:
    assert {BaseDocument, DynamicDocument}.isdisjoint(document_classes())


def test_every_class_ignores_members_of_a_newer_release() -> None:
    # What fails here extends mongoengine's own classes: extend BaseDocument, BaseEmbeddedDocument.
    assert _strict_classes() == {Stamp, Ink}


def _references(document_class: type[Document]) -> Iterator[tuple[str, Any]]:
    for name, field in document_class._fields.items():
        each = field
        while isinstance(each, ListField):
            each = each.field
        if isinstance(each, ReferenceField | LazyReferenceField):
            yield name, each


def test_every_class_says_what_becomes_of_it_when_its_account_goes() -> None:
    # What fails here refers to Account without reverse_delete_rule, or with one that keeps it.
    rules = Account._meta["delete_rules"]
    kept = {
        (document_class, name)
        for document_class in document_classes()
        for name, field in _references(document_class)
        if field.document_type is Account
        and rules.get((document_class, name), DO_NOTHING) not in {CASCADE, NULLIFY, PULL}
    }
    assert kept == {(Guest, "account"), (Guest, "friends")}
