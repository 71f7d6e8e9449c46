"""Document fields whose values never reach the database in clear.

A value is bound to its document, which a field does not know. So a field makes an Unsealed value,
which cannot be stored until the document has sealed it (app/encryption/sealing.py).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from mongoengine import BinaryField, StringField
from mongoengine.errors import InvalidQueryError

from app.encryption.cipher import (
    VERSION,
    DecryptionError,
    Place,
    UnsealedError,
    current_cipher,
    is_sealed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# mongoengine's names of the update operators that write a whole value.
_WRITING = frozenset({"set", "setOnInsert", "push", "pushAll"})

logger = logging.getLogger(__name__)


class Unsealed:
    """A value on its way into a document; BSON cannot encode it, so that it is never stored."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        self.content = content


class EncryptedField:
    """Base of encrypted fields, mixed in before a field of mongoengine.

    A value cannot be searched, sorted or unique, since equal values are stored differently. To
    look values up, keep a blind index beside them and name its database field in *indexed_in*.
    *folding* maps spellings that should be found alike to one.
    """

    db_field: str

    def __init__(
        self,
        *,
        indexed_in: str | None = None,
        folding: Callable[[str], str] = str,
        **options: Any,
    ) -> None:
        if options.get("unique") or options.get("unique_with"):
            message = "an encrypted field cannot be unique: put the index on its blind index"
            raise TypeError(message)
        super().__init__(**options)
        self.indexed_in = indexed_in
        self.folding = folding

    def to_mongo(self, value: Any) -> Unsealed:
        """Return what the document has to seal."""
        return Unsealed(self.dump(value))

    def to_python(self, value: Any) -> Any:
        """Return a value as it is: the document has opened it."""
        return value

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Return what an update has to seal; raise InvalidQueryError for every query."""
        if op not in _WRITING:
            message = f"{self.db_field} is encrypted and cannot be queried: use its blind index"
            raise InvalidQueryError(message)
        self.validate(value)  # type: ignore[attr-defined]  # the field's own
        return self.to_mongo(value)

    def read_from(self, record: dict[str, Any]) -> Any:
        """Return the value in *record*, a stored document of the field's class."""
        collection = self.owner_document._get_collection_name()  # type: ignore[attr-defined]  # noqa: SLF001 - mongoengine's
        place = Place(collection, self.db_field, record["_id"])
        return self.open(record[self.db_field], place)

    def open(self, value: Any, place: Place) -> Any:
        """Return the content of a stored *value*; log and raise DecryptionError if it has none.

        Values of an earlier release are read as long as the database is not sealed.
        """
        try:
            return self.load(self.open_content(value, place))
        except DecryptionError as error:
            logger.critical("%s", error)
            raise

    def open_content(self, value: Any, place: Place) -> bytes:
        """Return the bytes of a stored *value*; raise DecryptionError."""
        if isinstance(value, bytes) and value[:1] == VERSION:
            return current_cipher().decrypt(value, place)
        if is_sealed():
            raise UnsealedError(place)
        return self.open_older(value, place)

    def open_older(self, value: Any, place: Place) -> bytes:
        """Return the bytes of a value of an earlier release; raise DecryptionError."""
        raise NotImplementedError

    def dump(self, value: Any) -> bytes:
        """Return the bytes that are encrypted."""
        raise NotImplementedError

    def load(self, content: bytes) -> Any:
        """Return the value that was encrypted."""
        raise NotImplementedError


class EncryptedStringField(EncryptedField, StringField):
    """A StringField that is stored encrypted; limits of length count the text itself."""

    def open_older(self, value: Any, place: Place) -> bytes:
        """Return the text that was stored in clear, or as a Fernet token."""
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, bytes):
            return current_cipher().decrypt_older(value, place)
        raise DecryptionError(place)

    def dump(self, value: str) -> bytes:
        """Return the text in UTF-8."""
        return value.encode()

    def load(self, content: bytes) -> str:
        """Return the text."""
        return content.decode()


class EncryptedBinaryField(EncryptedField, BinaryField):
    """A BinaryField that is stored encrypted."""

    def open_older(self, value: Any, place: Place) -> bytes:
        """Return the bytes that were stored in clear."""
        if isinstance(value, bytes):
            return value
        raise DecryptionError(place)

    def dump(self, value: bytes) -> bytes:
        """Return the bytes."""
        return value

    def load(self, content: bytes) -> bytes:
        """Return the bytes."""
        return content
