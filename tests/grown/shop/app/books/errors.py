"""Problems of books."""

from __future__ import annotations

from http import HTTPStatus

from app.errors import ForbiddenError, Problem


class EditorsOnlyError(ForbiddenError):
    """Raised when somebody else than an editor wants to change the catalogue."""

    code = "editors-only"
    detail = "Only editors change the catalogue."


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
