"""Pages by cursor: page one and page ten thousand cost the same.

A cursor names the last item of a page by its sort value and id. Items that are inserted
before it do not change what follows, so that no item is seen twice or missed. Cursors are
sealed, since URLs are kept in many places, with a key for the one list that they belong
to: nothing that a caller writes becomes part of a query.
"""

from __future__ import annotations

import os
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import bson
import orjson
from bson.codec_options import CodecOptions
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mongoengine import Q

from app.database.documents import collection_name
from app.errors import FieldError, InvalidInputError
from app.extensions import settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

ItemT = TypeVar("ItemT")
_NONCE_BYTES: Final = 12
_CODEC: Final = CodecOptions[dict[str, Any]](
    tz_aware=True, uuid_representation=bson.binary.UuidRepresentation.STANDARD
)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: its size, its order ("-" for descending), where it begins, what it leaves out.

    *filters* are mongoengine keyword filters made by the view's schema, never by a caller.
    """

    limit: int
    sort: str
    cursor: str | None = None
    filters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Items, and the cursor of the next page or None at the end."""

    items: list[ItemT]
    next_cursor: str | None


def find_page(
    queryset: Any,
    request: PageRequest,
    sort_fields: Mapping[str, str],
    account_id: UUID | None,
) -> Page[Any]:
    """Return one page of *queryset*; *sort_fields* maps the allowed sort names to fields.

    *account_id* is whose list it is, None where it is everybody's. A field may be one of
    an embedded document, as in price__amount. MongoDB's order holds: a document without the field
    comes before all others, as one in which it is null.

    One query reads one item more than asked for, to know whether there is a next page.
    Raises InvalidInputError for a cursor that this list did not hand out.
    """
    document_class = queryset._document  # noqa: SLF001 - it has no public name.
    name = sort_fields[request.sort.removeprefix("-")].replace("__", ".")
    path = document_class._translate_field_name(name)  # noqa: SLF001 - as above.
    step = -1 if request.sort.startswith("-") else 1
    cipher = _cipher_of(collection_name(document_class), request, account_id)
    found = queryset.filter(**request.filters)
    if request.cursor is not None:
        found = found.filter(Q(__raw__=_beyond(path, step, *_read_cursor(cipher, request.cursor))))
    ordered = found.order_by(__raw__=[(path, step), ("_id", step)]).limit(request.limit + 1)
    # As they are stored: what a class makes of a missing member is not what MongoDB sorts by.
    records = [*ordered.as_pymongo()]
    has_more = len(records) > request.limit
    items = [document_class._from_son(record) for record in records[: request.limit]]  # noqa: SLF001 - as above.
    return Page(items, _write_cursor(cipher, path, records[-2]) if has_more else None)


def _beyond(path: str, step: int, value: Any, last_id: Any) -> dict[str, Any]:
    """Return the condition for items after a given one; comparisons leave nulls out."""
    than = "$gt" if step > 0 else "$lt"
    equal = {path: value, "_id": {than: last_id}}
    if value is None:
        return {"$or": [equal, {path: {"$ne": None}}]} if step > 0 else {"$and": [equal]}
    # The first condition alone bounds the range of the index; the second cuts off its edge.
    bound = {"$gte": value} if step > 0 else {"$not": {"$gt": value}}
    beyond: list[dict[str, Any]] = [{path: {than: value}}, equal]
    if step < 0:
        beyond.append({path: None})
    return {"$and": [{path: bound}, {"$or": beyond}]}


def _cipher_of(name: str, request: PageRequest, account_id: UUID | None) -> AESGCM:
    """Return the cipher for the cursors of one list, in one order, of one account."""
    of = orjson.dumps(
        [name, request.sort, request.filters, account_id], default=str, option=orjson.OPT_SORT_KEYS
    )
    derivation = HKDF(SHA256(), length=32, salt=None, info=b"cursor" + of)
    return AESGCM(derivation.derive(settings.SECRET_KEY.encode()))


def _write_cursor(cipher: AESGCM, path: str, record: Mapping[str, Any]) -> str:
    value = reduce(_member_of, path.split("."), record)
    named = bson.encode({"value": value, "id": record["_id"]}, codec_options=_CODEC)
    nonce = os.urandom(_NONCE_BYTES)
    return urlsafe_b64encode(nonce + cipher.encrypt(nonce, named, None)).decode().rstrip("=")


def _member_of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _read_cursor(cipher: AESGCM, cursor: str) -> tuple[Any, Any]:
    try:
        sealed = b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        opened = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    except (ValueError, InvalidTag):
        raise InvalidInputError(
            errors=(FieldError("/cursor", "Must be the nextCursor of a page in this order."),)
        ) from None
    named = bson.decode(opened, _CODEC)
    return named["value"], named["id"]
