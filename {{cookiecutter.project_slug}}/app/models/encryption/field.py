"""A document field whose value never reaches the database in clear."""

from __future__ import annotations

from typing import Any

from mongoengine import StringField
from mongoengine.errors import InvalidQueryError

from app.models.encryption.cipher import decrypt_stored, encrypt

# What mongoengine calls the update operators that bring a whole value.
_WRITING = frozenset({"set", "setOnInsert", "push", "pushAll"})


class EncryptedStringField(StringField):
    """A StringField stored as a Fernet token; limits of length count the text itself.

    The value cannot be searched, sorted or unique, since equal texts have different tokens:
    keep a blind index beside it for what has to be found.
    """

    def __init__(self, **options: Any) -> None:
        if options.get("unique") or options.get("unique_with"):
            message = "an encrypted field cannot be unique: put the index on its blind index"
            raise TypeError(message)
        super().__init__(**options)

    def to_mongo(self, value: str) -> bytes:
        """Return the token that is stored."""
        return encrypt(value)

    def to_python(self, value: Any) -> Any:
        """Return the text of what was stored; raise DecryptionError where no key opens it."""
        return decrypt_stored(value, self.place) if isinstance(value, bytes) else value

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Return the token for an update; raise InvalidQueryError for every query."""
        if op not in _WRITING:
            message = f"{self.place} is encrypted and cannot be queried: use its blind index"
            raise InvalidQueryError(message)
        self.validate(value)
        return self.to_mongo(value)

    @property
    def place(self) -> str:
        """Where the value is stored, for errors: collection (or embedded class) and field."""
        owner = getattr(self, "owner_document", None)
        if owner is None:
            return "a document"
        collection = getattr(owner, "_get_collection_name", lambda: None)()
        return f"{collection or owner.__name__}.{self.db_field}"
