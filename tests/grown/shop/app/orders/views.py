"""The caller's orders."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, url_for
from flask.views import MethodView

from app.books.errors import OutOfStockError
from app.context import context
from app.decorators import Reply, accepts, documented, raises, returns, streams, takes_query
from app.errors import InvalidInputError, TooManyItemsError
from app.orders import docs, service
from app.orders.schemas import OrderOut, OrderPageOut, OrdersQuery, PlaceOrder, write_csv
from app.pagination import Page, PageRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from app.orders.models import Order


class OrdersView(MethodView):
    """All orders of the caller."""

    @documented(docs.LIST)
    @takes_query(OrdersQuery)
    @returns(OrderPageOut)
    def get(self, query: OrdersQuery) -> Page[Order]:
        """List orders, a page at a time."""
        request = PageRequest(query.limit, query.sort, query.cursor)
        return service.list_page(context.account_id, request)

    @documented(docs.PLACE)
    @accepts(PlaceOrder)
    @returns(OrderOut, HTTPStatus.CREATED)
    @raises(TooManyItemsError, OutOfStockError, InvalidInputError)
    def post(self, body: PlaceOrder) -> Reply:
        """Order books."""
        wanted = [line.model_dump(by_alias=False) for line in body.lines]
        order = service.place(context.account_id, wanted)
        return Reply(order, {"Location": url_for("orders.item", order_id=order.id)})


class OrderView(MethodView):
    """One order of the caller."""

    @documented(docs.READ)
    @returns(OrderOut)
    def get(self, order_id: UUID) -> Order:
        """Read an order."""
        return service.find(context.account_id, order_id)

    @documented(docs.CANCEL)
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, order_id: UUID) -> None:
        """Cancel an order."""
        service.cancel(context.account_id, order_id)


class OrderLinesView(MethodView):
    """The lines of all orders of the caller, for a spreadsheet."""

    @documented(docs.EXPORT)
    @streams("text/csv")
    def get(self) -> Iterable[str]:
        """Export the lines of all orders."""
        return write_csv(service.list_all(context.account_id))


blueprint = Blueprint("orders", __name__)
blueprint.add_url_rule("", view_func=OrdersView.as_view("collection"))
blueprint.add_url_rule("/lines", view_func=OrderLinesView.as_view("lines"))
blueprint.add_url_rule("/<uuid:order_id>", view_func=OrderView.as_view("item"))
