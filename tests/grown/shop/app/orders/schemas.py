"""Orders on the wire."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.books.schemas import PriceOut
from app.schemas import InDigits, Representation, Schema, Timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.orders.models import Order

COLUMNS = ("orderedAt", "bookId", "title", "copies", "amount", "currency")
# Spreadsheets would run what begins with one of these.
_FORMULAS = ("=", "+", "-", "@")


class OrderLineIn(Schema):
    """Copies of one book."""

    book_id: UUID
    copies: Annotated[int, Field(ge=1, le=100)]


class PlaceOrder(Schema):
    """What is ordered: all of it, or nothing."""

    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=20)]


class OrdersQuery(Schema):
    """Which orders, in which order."""

    limit: Annotated[int, Field(ge=1, le=100), InDigits] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None
    sort: Literal["createdAt", "-createdAt"] = "-createdAt"


class OrderLineOut(Representation):
    """Copies of one book, as it was when they were ordered."""

    book_id: UUID
    title: str
    price: PriceOut
    copies: int


class OrderOut(Representation):
    """An order as its owner sees it."""

    id: UUID
    lines: Annotated[list[OrderLineOut], Field(max_length=20)]
    created_at: Timestamp
    updated_at: Timestamp


class OrderPageOut(Representation):
    """One page of orders; nextCursor is null at the end."""

    items: Annotated[list[OrderOut], Field(max_length=100)]
    next_cursor: str | None


class _Echo:
    """A file that hands each row back instead of keeping it."""

    def write(self, row: str) -> str:
        return row


def write_csv(orders: Iterable[Order]) -> Iterator[str]:
    """Yield a row for each line of each order as CSV (RFC 4180), after one of names."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for order in orders:
        shown = OrderOut.model_validate(order).model_dump(mode="json")
        for line in shown["lines"]:
            title, price = line["title"], line["price"]
            named = f"'{title}" if title.startswith(_FORMULAS) else title
            row = shown["createdAt"], line["bookId"], named, line["copies"], *price.values()
            yield writer.writerow(row)
