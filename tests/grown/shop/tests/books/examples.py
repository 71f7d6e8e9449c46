"""Books as they are sent."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

BOOKS: Final = "/api/v1/books"
BOOK: Final[dict[str, Any]] = {
    "title": "동물농장",
    "binding": "paperback",
    "tags": ["소설", "고전"],
    "price": {"amount": "12.50", "currency": "EUR"},
    "publishedOn": "1998-08-05",
    "stock": 40,
}

_NUMBERS = count(1)


def new_isbn() -> str:
    """Return an ISBN that no other book has."""
    digits = f"979{next(_NUMBERS):09}"
    weighted = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"
