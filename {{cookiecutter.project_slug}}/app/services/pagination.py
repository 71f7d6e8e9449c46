"""Pages by cursor: page one and page ten thousand cost the same.

A cursor names the last item of a page by its sort value and id. Items that are inserted
before it change nothing of what follows, so that no item is seen twice and none is
missed. Cursors are signed: nothing that a caller writes becomes part of a query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from mongoengine import Q

from app.errors import FieldError, InvalidInputError
from app.extensions import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

ItemT = TypeVar("ItemT")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def find_page(queryset: Any, request: PageRequest, sort_fields: Mapping[str, str]) -> Page[Any]:
    """Return one page of *queryset*; *sort_fields* maps the allowed sort names to fields.

    One query reads one item more than asked for, to know whether there is a next page.
    Raises InvalidInputError for a cursor that this list did not hand out.
    """
    name = sort_fields[request.sort.removeprefix("-")]
    sign = "-" if request.sort.startswith("-") else ""
    found = queryset.filter(**request.filters)
    if request.cursor is not None:
        value, last_id = _read_cursor(request.cursor, request.sort)
        beyond = "lt" if sign else "gt"
        # The first condition alone bounds the range of the index; the second cuts off its edge.
        found = found.filter(
            Q(**{f"{name}__{beyond}e": value})
            & (Q(**{f"{name}__{beyond}": value}) | Q(**{f"id__{beyond}": last_id}))
        )
    items = list(found.order_by(f"{sign}{name}", f"{sign}id").limit(request.limit + 1))
    if len(items) <= request.limit:
        return Page(items, None)
    items.pop()
    last = items[-1]
    return Page(items, _write_cursor(request.sort, getattr(last, name), last.id))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings.SECRET_KEY, salt="cursor")


def _write_cursor(sort: str, value: Any, last_id: UUID) -> str:
    is_time = isinstance(value, datetime)
    plain = (value - EPOCH) // timedelta(milliseconds=1) if is_time else value
    cursor = _serializer().dumps([sort, is_time, plain, last_id.hex])
    return cursor if isinstance(cursor, str) else cursor.decode()


def _read_cursor(cursor: str, sort: str) -> tuple[Any, UUID]:
    try:
        cursor_sort, is_time, plain, last_id = _serializer().loads(cursor)
    except BadSignature:
        cursor_sort = None
    if cursor_sort != sort:
        raise InvalidInputError(
            errors=(FieldError("/cursor", "Must be the nextCursor of a page in this order."),)
        )
    value = EPOCH + timedelta(milliseconds=plain) if is_time else plain
    return value, UUID(hex=last_id)
