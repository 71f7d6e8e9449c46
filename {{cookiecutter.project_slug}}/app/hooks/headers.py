"""What every answer carries, whatever made it: the request id, who may keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import request
from uuid6 import uuid7

from app.context import context
#: if cookiecutter.security_headers
from app.hooks.security_headers import protect
#: endif
from app.http import REQUEST_ID_HEADER

if TYPE_CHECKING:
    from flask import Response

_UUID_LENGTH = 36


def assign_request_id() -> None:
    """Take the client's request id where it is a UUID, and make one where it is not.

    Anything else is not taken: it would let a client write into the log.
    """
    offered = request.headers.get(REQUEST_ID_HEADER)
    context.request_id = (offered and _canonical(offered)) or str(uuid7())


def _canonical(text: str) -> str | None:
    if len(text) != _UUID_LENGTH:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return None


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
