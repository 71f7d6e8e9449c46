"""What no code can tell of this project; the promises of tests/promises read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.books.examples import new_isbn
from tests.promises.given import Given

if TYPE_CHECKING:
    from tests.promises.given import Need


def _new_book(world: Any) -> Given:
    """Add another book each time."""
    del world
    return Given(body={"isbn": new_isbn()})


def _order(world: Any) -> Given:
    """Order a book that is there."""
    book_id = world.make("POST /api/v1/books").json["id"]
    return Given(body={"lines": [{"bookId": book_id, "copies": 2}]})


# What the example of an operation needs first.
NEEDS: Final[dict[str, Need]] = {
    "POST /api/v1/books": _new_book,
    "POST /api/v1/me/orders": _order,
}

# What anybody may call without a token, beside what a new project has: a reviewer sees it here.
PUBLIC: Final[set[str]] = {
    "GET /api/v1/books",
    "GET /api/v1/books/{bookId}",
    "GET /api/v2/books/{bookId}",
}

# Operations that refuse what their schema lets in, and why.
BEYOND_SCHEMA: Final[dict[str, str]] = {
    "POST /api/v1/books": "The last digit of an ISBN follows from those before it.",
    "POST /api/v1/imports": "A file has to be CSV of books.",
    "POST /api/v1/me/orders": "A book has to be there.",
}

# By the id of the item, and the operation.
EXEMPTIONS: Final[dict[tuple[str, str], str]] = {
    ("spec.docs", "GET /api/v1/build"): "An extension's route: its answers are its own to explain.",
}
