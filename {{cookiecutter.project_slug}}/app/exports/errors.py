"""Problems of exports."""

from __future__ import annotations

from http import HTTPStatus

from app.errors import Problem


class TooManyExportsError(Problem):
    """Raised when an account has as many exports as it may keep."""

    status = HTTPStatus.CONFLICT
    code = "too-many-exports"
    detail = "There are too many exports: delete one first."


class ExportNotReadyError(Problem):
    """Raised when an export is read that is not done."""

    status = HTTPStatus.CONFLICT
    code = "export-not-ready"
    detail = "This export is not done."
