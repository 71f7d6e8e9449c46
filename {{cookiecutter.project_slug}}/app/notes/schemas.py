"""Notes on the wire."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.schemas import InDigits, Line, Moment, Representation, Schema, Text, Timestamp

Title = Annotated[Line, Field(min_length=1, max_length=200)]
Body = Annotated[Text, Field(max_length=10_000)]
Sort = Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "title", "-title"]


class WriteNote(Schema):
    """A whole note."""

    title: Title
    body: Body


class ChangeNote(Schema):
    """The members of a note that change; at least one."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra={"minProperties": 1})

    # A factory: a plain default would appear in the API document.
    title: Title = Field(default_factory=str)
    body: Body = Field(default_factory=str)

    @model_validator(mode="after")
    def _require_a_change(self) -> Self:
        if not self.model_fields_set:
            message = "Name at least one member to change"
            raise ValueError(message)
        return self


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
