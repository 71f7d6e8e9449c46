"""What is stored of a second factor, embedded in its account."""

from __future__ import annotations

from mongoengine import (
    #: if not cookiecutter.field_encryption
    BinaryField,
    #: endif
    DateTimeField,
    IntField,
    ListField,
    StringField,
)

from app.database.documents import BaseEmbeddedDocument
#: if cookiecutter.field_encryption
from app.encryption import EncryptedStringField
#: endif


class SecondFactor(BaseEmbeddedDocument):
    """The secret that an account shares with an authenticator app, and its recovery codes.

    It is written without the model, by app/second_factor: the secret is sealed there.
    """

    #: if cookiecutter.field_encryption
    secret = EncryptedStringField(required=True)
    #: else
    sealed_secret = BinaryField(db_field="sealedSecret", required=True)
    #: endif
    created_at = DateTimeField(db_field="createdAt", required=True)
    # The step of the last code that counted; none is known before the first.
    last_step = IntField(db_field="lastStep")
    # Of the recovery codes that are left.
    recovery_hashes = ListField(StringField(), db_field="recoveryHashes")
