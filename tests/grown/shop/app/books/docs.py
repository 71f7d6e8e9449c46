"""What the API document says of books."""

from __future__ import annotations

from typing import Any

from app.operations import Doc, Tag

_TAG = Tag("Books", "The catalogue: everybody reads it, and staff change it.")

_NEW: dict[str, Any] = {
    "isbn": "9788937460777",
    "title": "동물농장",
    "binding": "paperback",
    "tags": ["소설", "고전"],
    "price": {"amount": "12.50", "currency": "EUR"},
    "publishedOn": "1998-08-05",
    "stock": 40,
}
_BOOK: dict[str, Any] = {
    "id": "0197a1f3-81be-7a90-b1d2-6c5e4f302918",
    **_NEW,
    "createdAt": "2026-01-31T09:30:12.104Z",
    "updatedAt": "2026-01-31T09:30:12.104Z",
}

LIST = Doc(
    _TAG,
    operation_id="listBooks",
    description=(
        "Books without a date of publication come before all others, or last where the order is "
        "turned round. Amounts are compared as numbers, whatever their currency."
    ),
    parameters={
        "limit": "How many books a page has at most.",
        "cursor": "The nextCursor of the page before.",
        "sort": "The member to sort by; a minus sign turns the order round.",
    },
    answer={"items": [_BOOK], "nextCursor": None},
)

CREATE = Doc(
    _TAG,
    operation_id="createBook",
    description="The catalogue has each ISBN once, and an ISBN's last digit fits those before it.",
    example=_NEW,
    answer=_BOOK,
)

READ = Doc(_TAG, answer=_BOOK)

CHANGE = Doc(
    _TAG,
    description="What is left out stays as it is; a date that is null is one that nobody knows.",
    example={"tags": ["고전"], "price": {"amount": "9.90", "currency": "EUR"}},
    answer={**_BOOK, "tags": ["고전"], "price": {"amount": "9.90", "currency": "EUR"}},
)

DELETE = Doc(_TAG)

IMPORT = Doc(
    _TAG,
    operation_id="importBooks",
    description="What the catalogue has is left as it is, so that a file can be sent again.",
    example={
        "file": (
            "isbn,title,binding,tags,amount,publishedOn,stock\n"
            "9788937460449,데미안,paperback,소설;고전,8.00,2000-12-20,12\n"
        ),
        "currency": "EUR",
    },
    answer={"created": 1, "known": 0},
)

FOLLOW = Doc(
    _TAG,
    operation_id="followStock",
    description=(
        "An event when the stream begins, and one for each change. It ends after a while, and a "
        "browser's EventSource begins another. 503 where too many are open."
    ),
    answer='event: stock\ndata: {"stock": 40}\n\n',
)

_BOOK_V2 = {name: value for name, value in _BOOK.items() if name != "stock"}

READ_V2 = Doc(
    _TAG,
    operation_id="readBookV2",
    description="Tells whether there is a copy, and not how many there are.",
    answer={**_BOOK_V2, "isAvailable": True},
)
