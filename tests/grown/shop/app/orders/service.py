"""Orders of one account: every function takes the owner and never touches those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import pagination
from app.books import service as books
from app.errors import FieldError, InvalidInputError, NotFoundError, TooManyItemsError
from app.extensions import settings
from app.orders.models import Order, OrderLine

if TYPE_CHECKING:
    from uuid import UUID

    from app.pagination import Page, PageRequest

SORT_FIELDS = {"createdAt": "created_at"}


def place(account_id: UUID, wanted: list[dict[str, Any]]) -> Order:
    """Take the copies that are *wanted* off their books' stock and write the order, or do nothing.

    Raises TooManyItemsError, InvalidInputError where there is no such book, and OutOfStockError.
    """
    counted = Order.objects(account=account_id).limit(settings.ORDERS_LIMIT)
    if counted.count(with_limit_and_skip=True) >= settings.ORDERS_LIMIT:
        raise TooManyItemsError
    order = Order(account=account_id)
    try:
        for number, line in enumerate(wanted):
            order.lines.append(_take(line["book_id"], line["copies"], f"/lines/{number}/bookId"))
        return order.save(force_insert=True)  # type: ignore[no-any-return]  # mongoengine has no types
    except Exception:
        # If MongoDB did not answer, the order may be there. First it has to go: what is ordered and
        # in stock would be sold twice; what is in neither is missed at the next stocktaking.
        Order.objects(id=order.id).delete()
        _give_back(order)
        raise


def find(account_id: UUID, order_id: UUID) -> Order:
    """Return an order; raises NotFoundError where this account has none of that id."""
    order: Order | None = Order.objects(id=order_id, account=account_id).first()
    if order is None:
        raise NotFoundError
    return order


def list_page(account_id: UUID, request: PageRequest) -> Page[Order]:
    """Return one page of the account's orders."""
    mine = Order.objects(account=account_id)
    return pagination.find_page(mine, request, SORT_FIELDS, account_id)


def list_all(account_id: UUID) -> list[Order]:
    """Return all orders of the account, of which there are ORDERS_LIMIT at most."""
    return [*Order.objects(account=account_id).order_by("created_at", "id")]


def cancel(account_id: UUID, order_id: UUID) -> None:
    """Delete an order and put its copies back; of several who try, one does. NotFoundError."""
    order = Order.objects(id=order_id, account=account_id).modify(remove=True)
    if order is None:
        raise NotFoundError
    _give_back(order)


def _take(book_id: UUID, copies: int, pointer: str) -> OrderLine:
    try:
        book = books.take(book_id, copies)
    except NotFoundError:
        mistake = FieldError(pointer, "Must be the id of a book.")
        raise InvalidInputError(errors=(mistake,)) from None
    return OrderLine(book_id=book.id, title=book.title, price=book.price, copies=copies)


def _give_back(order: Order) -> None:
    for line in order.lines:
        books.give_back(line.book_id, line.copies)
