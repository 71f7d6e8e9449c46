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
    """Add the request id, keep private answers out of every cache, protect browsers.

    304 has the headers of the 200 that it replaces (RFC 9110 section 15.4.5). A client may still
    keep an ETag by itself and send it.
    """
    headers = response.headers
    headers[REQUEST_ID_HEADER] = context.request_id
    is_error = response.status_code >= 400  # noqa: PLR2004 - every error of RFC 9110.
    if context.is_authenticated or is_error:
        headers["Cache-Control"] = "no-store"
    #: if cookiecutter.security_headers
    protect(response)
    #: endif
    return response
