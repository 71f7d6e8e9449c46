"""The catalogue."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, url_for
from flask.views import MethodView

from app.accounts.roles import Role
from app.books import docs, service
from app.books.errors import IsbnTakenError
from app.books.schemas import (
    BookOut,
    BookPageOut,
    BooksQuery,
    BookV2Out,
    ChangeBook,
    ImportBooks,
    ImportedOut,
    WriteBook,
)
from app.decorators import (
    Reply,
    accepts,
    conditional,
    documented,
    public,
    raises,
    requires,
    returns,
    streams,
    takes_query,
    with_etag,
)
from app.extensions import settings
from app.http import MULTIPART_MEDIA_TYPE
from app.pagination import Page, PageRequest

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from uuid import UUID

    from app.books.models import Book


class BooksView(MethodView):
    """All books."""

    @documented(docs.LIST)
    @public
    @takes_query(BooksQuery)
    @returns(BookPageOut)
    def get(self, query: BooksQuery) -> Page[Book]:
        """List books, a page at a time."""
        return service.list_page(PageRequest(query.limit, query.sort, query.cursor))

    @documented(docs.CREATE)
    @requires(Role.STAFF)
    @accepts(WriteBook)
    @with_etag
    @returns(BookOut, HTTPStatus.CREATED)
    @raises(IsbnTakenError)
    def post(self, body: WriteBook) -> Reply:
        """Add a book."""
        book = service.create(body.model_dump(by_alias=False))
        return Reply(book, {"Location": url_for("books.item", book_id=book.id)})


class BookView(MethodView):
    """One book."""

    @documented(docs.READ)
    @public
    @conditional
    @returns(BookOut)
    def get(self, book_id: UUID) -> Book:
        """Read a book."""
        return service.find(book_id)

    @documented(docs.CHANGE)
    @requires(Role.STAFF)
    @accepts(ChangeBook)
    @conditional
    @returns(BookOut)
    def patch(self, book_id: UUID, body: ChangeBook, expected: Container[int]) -> Book:
        """Change members of a book."""
        changes = body.model_dump(exclude_unset=True, by_alias=False)
        return service.change(book_id, changes, expected)

    @documented(docs.DELETE)
    @requires(Role.STAFF)
    @conditional
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, book_id: UUID, expected: Container[int]) -> None:
        """Delete a book."""
        service.delete(book_id, expected)


class ImportsView(MethodView):
    """Books from a file."""

    @documented(docs.IMPORT)
    @requires(Role.STAFF)
    @accepts(ImportBooks, (MULTIPART_MEDIA_TYPE,))
    @returns(ImportedOut)
    def post(self, body: ImportBooks) -> ImportedOut:
        """Add the books of a file."""
        books = [book.model_dump(by_alias=False) for book in body.read_books()]
        created = service.add_missing(books)
        return ImportedOut(created=created, known=len(books) - created)


class StockView(MethodView):
    """How many copies of a book there are. Whoever follows it logs in: it holds a thread."""

    @documented(docs.FOLLOW)
    @streams("text/event-stream")
    def get(self, book_id: UUID) -> Iterable[bytes]:
        """Follow the stock of a book."""
        return service.follow_stock(book_id, settings.STOCK_STREAM_SECONDS)


class BookV2View(MethodView):
    """One book in version 2. What did not change is asked for in version 1."""

    @documented(docs.READ_V2)
    @public
    @conditional
    @returns(BookV2Out)
    def get(self, book_id: UUID) -> Book:
        """Read a book, in version 2."""
        return service.find(book_id)


blueprint = Blueprint("books", __name__)
blueprint.add_url_rule("", view_func=BooksView.as_view("collection"))
blueprint.add_url_rule("/<uuid:book_id>", view_func=BookView.as_view("item"))
blueprint.add_url_rule("/<uuid:book_id>/stock", view_func=StockView.as_view("stock"))

imports = Blueprint("book-imports", __name__)
imports.add_url_rule("", view_func=ImportsView.as_view("collection"))

version_2 = Blueprint("books-v2", __name__)
version_2.add_url_rule("/<uuid:book_id>", view_func=BookV2View.as_view("item"))
