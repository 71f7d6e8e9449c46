"""Books on the wire."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from app.books.models import Binding, Currency
from app.errors import FieldError, InvalidInputError
from app.schemas import Changes, File, InDigits, Line, Representation, Schema, Timestamp

_AMOUNT = re.compile(r"^[0-9]{1,6}(\.[0-9]{1,2})?$")
# Of a file that is imported, in any order.
COLUMNS = ["amount", "binding", "isbn", "publishedOn", "stock", "tags", "title"]


def _check_isbn(isbn: str) -> str:
    """Hold the last digit of an ISBN-13 against those before it (ISO 2108)."""
    if sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(isbn)) % 10:
        raise ValueError("Must be an ISBN, with a last digit that fits the others")
    return isbn


def _check_amount(value: Any) -> Any:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError('Must be an amount as a text, as in "12.50"')
    return value


def _refuse(pointer: str, detail: str) -> InvalidInputError:
    return InvalidInputError(errors=(FieldError(pointer, detail),))


def _leave_out() -> Any:
    """Return what stands where a change does not name a member; nobody reads it."""


Isbn = Annotated[str, StringConstraints(pattern=r"^97[89][0-9]{10}$"), AfterValidator(_check_isbn)]
# A text: numbers of JSON are floating-point to most clients, and lose cents.
Amount = Annotated[
    Decimal,
    Field(strict=False),
    BeforeValidator(_check_amount),
    WithJsonSchema({"type": "string", "pattern": _AMOUNT.pattern}, mode="validation"),
]
Title = Annotated[Line, Field(min_length=1, max_length=200)]
Tag = Annotated[Line, Field(min_length=1, max_length=30)]
Tags = Annotated[list[Tag], Field(max_length=10)]
Stock = Annotated[int, Field(ge=0, le=1_000_000)]
Sort = Literal[
    "createdAt", "-createdAt", "title", "-title", "price", "-price", "publishedOn", "-publishedOn"
]


class PriceIn(Schema):
    """What a copy costs."""

    amount: Amount
    currency: Currency


class WriteBook(Schema):
    """A whole book."""

    isbn: Isbn
    title: Title
    binding: Binding
    tags: Tags = Field(default_factory=list)
    price: PriceIn
    published_on: date | None = None
    stock: Stock


class ChangeBook(Changes):
    """The members of a book that change, at least one; null stands for a date that is unknown."""

    title: Title = Field(default_factory=_leave_out)
    tags: Tags = Field(default_factory=_leave_out)
    price: PriceIn = Field(default_factory=_leave_out)
    published_on: date | None = Field(default_factory=_leave_out)
    stock: Stock = Field(default_factory=_leave_out)


class ImportBooks(Schema):
    """A form with a file in CSV (RFC 4180), whose prices are all in one currency."""

    file: Annotated[File, Field(min_length=1, max_length=60_000)]
    currency: Currency

    def read_books(self) -> list[WriteBook]:
        """Return the books of the file; raises InvalidInputError, which names lines."""
        try:
            rows = csv.DictReader(StringIO(self.file.decode("utf-8-sig"), newline=""), strict=True)
            if sorted(rows.fieldnames or ()) != COLUMNS:
                raise _refuse("/file", f"The first line must name {', '.join(COLUMNS)}.")
            return [self._read_book(row, f"/file/{rows.line_num}") for row in rows]
        except (UnicodeDecodeError, csv.Error):
            raise _refuse("/file", "Must be CSV in UTF-8.") from None

    def _read_book(self, row: dict[str, Any], pointer: str) -> WriteBook:
        if None in row or None in row.values():
            raise _refuse(pointer, "Must have as many fields as the first line.")
        price = {"amount": row.pop("amount"), "currency": self.currency}
        tags = [tag for tag in row.pop("tags").split(";") if tag]
        published_on = row.pop("publishedOn") or None
        members = {**row, "price": price, "tags": tags, "publishedOn": published_on}
        try:
            # A file holds only texts, as a query string does.
            return WriteBook.model_validate(members, strict=False)
        except ValidationError as error:
            name = error.errors()[0]["loc"][0]
            raise _refuse(pointer, f"{name} is not as a new book's has to be.") from None


class BooksQuery(Schema):
    """Which page of the catalogue, in which order."""

    limit: Annotated[int, Field(ge=1, le=100), InDigits] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None
    sort: Sort = "title"


class PriceOut(Representation):
    """What a copy costs."""

    amount: Decimal
    currency: Currency


class BookFacts(Representation):
    """What both versions tell of a book."""

    id: UUID
    isbn: str
    title: str
    binding: Binding
    tags: Annotated[list[str], Field(max_length=10)]
    price: PriceOut
    published_on: date | None
    created_at: Timestamp
    updated_at: Timestamp


class BookOut(BookFacts):
    """A book as everybody sees it."""

    stock: int


class BookV2Out(BookFacts):
    """A book in version 2, where the number of copies is nobody's business any more."""

    is_available: bool


class BookPageOut(Representation):
    """One page of the catalogue; nextCursor is null at the end."""

    items: Annotated[list[BookOut], Field(max_length=100)]
    next_cursor: str | None


class ImportedOut(Representation):
    """How many books of a file are new, and how many the catalogue had."""

    created: int
    known: int
