"""Notes on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.schemas import Changes, InDigits, Line, Moment, Representation, Schema, Text, Timestamp

Title = Annotated[Line, Field(min_length=1, max_length=200)]
Body = Annotated[Text, Field(max_length=10_000)]
Sort = Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "title", "-title"]


class WriteNote(Schema):
    """A whole note."""

    title: Title
    body: Body


class ChangeNote(Changes):
    """The members of a note that change; at least one."""

    title: Title = Field(default_factory=str)
    body: Body = Field(default_factory=str)


class NotesQuery(Schema):
    """Which notes, in which order."""

    limit: Annotated[int, Field(ge=1, le=100), InDigits] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None
    sort: Sort = "-createdAt"
    created_after: Moment | None = None
    created_before: Moment | None = None


class NoteOut(Representation):
    """A note as its owner sees it."""

    id: UUID
    title: str
    body: str
    created_at: Timestamp
    updated_at: Timestamp


class NotePageOut(Representation):
    """One page of notes; nextCursor is null at the end."""

    items: Annotated[list[NoteOut], Field(max_length=100)]
    next_cursor: str | None
