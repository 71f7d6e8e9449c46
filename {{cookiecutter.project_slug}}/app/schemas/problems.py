"""Problems on the wire (RFC 9457)."""

from __future__ import annotations

from uuid import UUID

from app.schemas.base import Representation


class FieldErrorOut(Representation):
    """One mistake in a request."""

    pointer: str
    detail: str


class ProblemOut(Representation):
    """Why a request was refused, in words and by a stable code at the end of type."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: UUID
    errors: list[FieldErrorOut]
