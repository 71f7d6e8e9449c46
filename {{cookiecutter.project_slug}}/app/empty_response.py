"""An answer without a body, and so without a content type, which Flask would add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Mapping


def without_body(status: int, headers: Mapping[str, str | list[str]] | None = None) -> Response:
    """Return an answer with only *status* and *headers*; RFC 9110 section 8.3 needs no type."""
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response
