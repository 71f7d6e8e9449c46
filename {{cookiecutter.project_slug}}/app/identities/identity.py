"""Who an account is at the providers that it logs in with.

A provider's name for somebody is the pair of issuer and subject, and nothing else (OpenID Connect
Core 1.0 section 5.7): e-mail addresses change hands.
"""

from __future__ import annotations

from typing import Any, Final

from mongoengine import (
    DateTimeField,
    #: if cookiecutter.field_encryption
    DynamicField,
    #: endif
    StringField,
    UUIDField,
)

from app.database.documents import BaseEmbeddedDocument, new_id, utc_now
#: if cookiecutter.field_encryption
from app.encryption import EncryptedStringField, blind_indexes, index_to_store
#: endif

# Over all accounts: one identity opens one account. Accounts without any are not in the index.
UNIQUE_IDENTITY: Final[dict[str, Any]] = {
    "fields": ["identities.index"],
    "unique": True,
    "partialFilterExpression": {"identities.index": {"$exists": True}},
}


class Identity(BaseEmbeddedDocument):
    """An account of one provider, linked with one of ours."""

    id = UUIDField(binary=True, db_field="id", default=new_id, required=True)
    provider = StringField(required=True)
    # Issuer and subject with a space between: no issuer has one.
    #: if cookiecutter.field_encryption
    name = EncryptedStringField(required=True, indexed_in="index")
    # One digest, or two while FIELD_INDEX_KEY is being changed.
    index = DynamicField(required=True)
    #: else
    name = StringField(required=True)
    index = StringField(required=True)
    #: endif
    created_at = DateTimeField(db_field="createdAt", default=utc_now, required=True)


def identity_index_to_store(name: str) -> Any:
    """Return the index of an identity: no two accounts can have the same identity."""
    #: if cookiecutter.field_encryption
    return index_to_store(name)
    #: else
    return name
    #: endif


def identity_indexes(name: str) -> list[str]:
    """Return the indexes that an account of this identity may have."""
    #: if cookiecutter.field_encryption
    return blind_indexes(name)
    #: else
    return [name]
    #: endif
