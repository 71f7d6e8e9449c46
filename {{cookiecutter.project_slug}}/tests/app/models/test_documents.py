"""Every document class is found, wherever it was defined."""

from __future__ import annotations

from mongoengine import DynamicDocument

from app.models.accounts import Account
from app.models.base import BaseDocument
from app.models.documents import document_classes


class Visit(DynamicDocument):
    """A developer's own document, below none of this project's classes."""


def test_classes_with_a_collection_are_found() -> None:
    assert {Account, Visit} <= set(document_classes())


def test_classes_without_a_collection_are_left_out() -> None:
    assert {BaseDocument, DynamicDocument}.isdisjoint(document_classes())
