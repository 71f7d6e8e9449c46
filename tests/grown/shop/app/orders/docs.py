"""What the API document says of orders."""

from __future__ import annotations

from typing import Any

from app.operations import Doc, Tag

_TAG = Tag("Orders", "What the caller has ordered of the catalogue, and nobody else sees.")

_BOOK_ID = "0197a1f3-81be-7a90-b1d2-6c5e4f302918"
_ORDER: dict[str, Any] = {
    "id": "0197a1f4-12ab-7c34-8d56-7e8f90a1b2c3",
    "lines": [
        {
            "bookId": _BOOK_ID,
            "title": "동물농장",
            "price": {"amount": "12.50", "currency": "EUR"},
            "copies": 2,
        }
    ],
    "createdAt": "2026-01-31T09:31:40.512Z",
    "updatedAt": "2026-01-31T09:31:40.512Z",
}

LIST = Doc(
    _TAG,
    operation_id="listOrders",
    description="The newest come first where nothing else is asked for.",
    parameters={
        "limit": "How many orders a page has at most.",
        "cursor": "The nextCursor of the page before.",
        "sort": "The member to sort by; a minus sign turns the order round.",
    },
    answer={"items": [_ORDER], "nextCursor": None},
)

PLACE = Doc(
    _TAG,
    operation_id="placeOrder",
    description="All lines are served or none: more copies than there are make a conflict.",
    example={"lines": [{"bookId": _BOOK_ID, "copies": 2}]},
    answer=_ORDER,
)

READ = Doc(
    _TAG,
    description="An order tells what a book was called and cost when it was ordered.",
    answer=_ORDER,
)

CANCEL = Doc(
    _TAG,
    operation_id="cancelOrder",
    description="Its copies go back into the stock, and the order is gone.",
)

EXPORT = Doc(
    _TAG,
    operation_id="exportOrderLines",
    description="CSV (RFC 4180) in UTF-8, a row for each line of each order, the oldest first.",
    answer=(
        "orderedAt,bookId,title,copies,amount,currency\r\n"
        f"2026-01-31T09:31:40.512Z,{_BOOK_ID},동물농장,2,12.50,EUR\r\n"
    ),
)
