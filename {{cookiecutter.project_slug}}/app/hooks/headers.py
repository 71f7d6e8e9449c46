"""What every answer carries, whatever made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.constants import REQUEST_ID_HEADER
from app.context import context
#: if cookiecutter.security_headers
from app.hooks.security_headers import protect
#: endif

if TYPE_CHECKING:
    from flask import Response


def finish(response: Response) -> Response:
    """Add the request id, keep private answers out of shared caches, protect browsers."""
    headers = response.headers
    headers[REQUEST_ID_HEADER] = context.request_id
    if context.is_authenticated and "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    elif response.status_code >= 400:  # noqa: PLR2004 - every error of RFC 9110.
        headers["Cache-Control"] = "no-store"
    #: if cookiecutter.security_headers
    protect(response)
    #: endif
    return response
