"""The one answer that Flask does not make by itself: without a body, and so without a type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Mapping


def without_body(status: int, headers: Mapping[str, str | list[str]] | None = None) -> Response:
    """Return an answer of *status* and *headers* alone; RFC 9110 section 8.3 asks no type then."""
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response
