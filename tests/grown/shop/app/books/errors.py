"""Problems of books."""

from __future__ import annotations

from http import HTTPStatus

from app.errors import Problem


class IsbnTakenError(Problem):
    """Raised when the catalogue has a book of this ISBN."""

    status = HTTPStatus.CONFLICT
    code = "isbn-taken"
    detail = "The catalogue has a book of this ISBN."


class OutOfStockError(Problem):
    """Raised when there are fewer copies than somebody wants."""

    status = HTTPStatus.CONFLICT
    code = "out-of-stock"
    detail = "There are not as many copies of a book as this wants."
