"""The catalogue: everybody's to read, and staff's to change."""

from __future__ import annotations

from contextlib import suppress
from threading import BoundedSemaphore
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from mongoengine import NotUniqueError
from pymongo.errors import PyMongoError

from app import pagination
from app.books.errors import IsbnTakenError, OutOfStockError
from app.books.models import Book, Price
from app.database import connection
from app.errors import NotFoundError, PreconditionFailedError, ServiceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from uuid import UUID

    from app.pagination import Page, PageRequest

# An event of a stream (HTML, section 9.2).
_STOCK = b'event: stock\ndata: {"stock": %d}\n\n'
_LOOK_SECONDS = 1
_ANSWER_SECONDS = 1
# A stream keeps its thread until it ends, and a process has four of them (gunicorn.conf.py): two
# are left to everybody else.
_places = BoundedSemaphore(2)

SORT_FIELDS = {
    "createdAt": "created_at",
    "title": "title",
    "price": "price__amount",
    "publishedOn": "published_on",
}


def create(members: dict[str, Any]) -> Book:
    """Add a book; raises IsbnTakenError where the catalogue has it."""
    book = Book(**_to_store(members))
    try:
        return book.save(force_insert=True)  # type: ignore[no-any-return]  # mongoengine has no types
    except NotUniqueError as error:
        raise IsbnTakenError from error


def find(book_id: UUID) -> Book:
    """Return a book; raises NotFoundError."""
    book: Book | None = Book.objects(id=book_id).first()
    if book is None:
        raise NotFoundError
    return book


def list_page(request: PageRequest) -> Page[Book]:
    """Return one page of the catalogue, which is nobody's own."""
    return pagination.find_page(Book.objects, request, SORT_FIELDS, None)


def change(book_id: UUID, changes: dict[str, Any], expected: Container[int]) -> Book:
    """Set the members named in *changes* on a book that is in one of the *expected* revisions.

    Raises PreconditionFailedError where it is in another. The update names the revision that was
    found. When another change, or an order, came between, the book is looked at again.
    """
    updates = {f"set__{name}": value for name, value in _to_store(changes).items()}
    while True:
        book = _find_expected(book_id, expected)
        changed: Book | None = _unchanged(book).modify(new=True, inc__revision=1, **updates)
        if changed is not None:
            return changed


def delete(book_id: UUID, expected: Container[int]) -> None:
    """Delete a book that is in one of the *expected* revisions; orders keep what they say of it."""
    while not _unchanged(_find_expected(book_id, expected)).delete():
        pass


def add_missing(books: list[dict[str, Any]]) -> int:
    """Add the *books* that the catalogue does not have, and return how many; repeat it freely."""
    added = 0
    for members in books:
        with suppress(IsbnTakenError):
            create(members)
            added += 1
    return added


def take(book_id: UUID, copies: int) -> Book:
    """Take copies off the stock; raises NotFoundError, OutOfStockError.

    One update looks at the stock and takes from it, so that no copy is sold twice however many
    orders come at once.
    """
    enough = Book.objects(id=book_id, stock__gte=copies)
    book: Book | None = enough.modify(new=True, dec__stock=copies, inc__revision=1)
    if book is None:
        find(book_id)
        raise OutOfStockError
    return book


def give_back(book_id: UUID, copies: int) -> None:
    """Put copies back into the stock of a book, if it is still there."""
    Book.objects(id=book_id).update(inc__stock=copies, inc__revision=1)


def follow_stock(book_id: UUID, seconds: float) -> Iterator[bytes]:
    """Return events that tell the stock of a book, now and whenever it changes, for *seconds*.

    Raises NotFoundError, and ServiceUnavailableError where this process has no thread to spare.
    """
    find(book_id)
    events = _tell_stock(book_id, seconds)
    # What has begun is ended by whoever drops it: also if nobody asks for an event.
    next(events)
    return events


def _tell_stock(book_id: UUID, seconds: float) -> Iterator[bytes]:
    if not _places.acquire(blocking=False):
        raise ServiceUnavailableError
    try:
        yield b""
        ends_at, told = monotonic() + seconds, None
        with suppress(PyMongoError):
            while book := _look_at(book_id):
                # A line that says nothing finds out whether anybody still listens.
                yield b":\n\n" if book.stock == told else _STOCK % (told := book.stock)
                if (left := ends_at - monotonic()) <= 0:
                    return
                sleep(min(left, _LOOK_SECONDS))
    finally:
        _places.release()


def _look_at(book_id: UUID) -> Book | None:
    """Read a book outside of a request, whose time for the database is over."""
    with connection.deadline_in(_ANSWER_SECONDS):
        return Book.objects(id=book_id).first()  # type: ignore[no-any-return]  # as above


def _to_store(members: dict[str, Any]) -> dict[str, Any]:
    return members | ({"price": Price(**members["price"])} if "price" in members else {})


def _find_expected(book_id: UUID, expected: Container[int]) -> Book:
    book = find(book_id)
    if book.revision not in expected:
        raise PreconditionFailedError
    return book


def _unchanged(book: Book) -> Any:
    return Book.objects(id=book.id, revision=book.revision)
