"""Problems of files."""

from __future__ import annotations

from http import HTTPStatus

from app.errors import Problem


class UploadMissingError(Problem):
    """Raised when a file is to be confirmed of which nothing has arrived."""

    status = HTTPStatus.CONFLICT
    code = "upload-missing"
    detail = "Nothing has been uploaded yet."


class UploadMismatchError(Problem):
    """Raised when what was uploaded has another size or type than was announced."""

    status = HTTPStatus.CONFLICT
    code = "upload-mismatch"
    detail = "What was uploaded is not what was announced; it is removed, and the file with it."


class TooManyPendingFilesError(Problem):
    """Raised when UPLOAD_PENDING_LIMIT files of an account wait to be confirmed."""

    status = HTTPStatus.CONFLICT
    code = "too-many-pending-files"
    detail = "Too many files are pending: confirm or delete some first."
