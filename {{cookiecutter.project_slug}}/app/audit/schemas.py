"""Audit events on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from app.schemas import InDigits, Moment, Representation, Schema, Timestamp
from app.security_events import Event

# An account's id as answers have it, or OPERATOR.
_ACTOR = r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|operator)$"
Actor = Annotated[str, Field(pattern=_ACTOR, max_length=36)]
# Written out, since a parameter has no place for definitions.
Kind = Annotated[Event, WithJsonSchema({"type": "string", "enum": [str(event) for event in Event]})]


class AuditEventsQuery(Schema):
    """Which audit events; the newest come first."""

    limit: Annotated[int, Field(ge=1, le=100), InDigits] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None
    account: UUID | None = None
    actor: Actor | None = None
    what: Kind | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None


class AuditEventOut(Representation):
    """An audit event; what does not apply is null."""

    id: UUID
    # Another release may know events that this one does not.
    what: str
    created_at: Timestamp
    actor: str | None
    account: UUID | None
    email_index: str | None
    roles: Annotated[list[str], Field(max_length=100)]
    #: if cookiecutter.oauth == "server"
    client_id: UUID | None
    #: endif
    request_id: str | None


class AuditEventPageOut(Representation):
    """One page of audit events; nextCursor is null at the end."""

    items: Annotated[list[AuditEventOut], Field(max_length=100)]
    next_cursor: str | None
