"""Exports on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.schemas import InDigits, Representation, Schema, Timestamp

Sort = Literal["createdAt", "-createdAt"]
Status = Literal["pending", "running", "done", "failed"]


class ExportsQuery(Schema):
    """Which exports, in which order."""

    limit: Annotated[int, Field(ge=1, le=100), InDigits] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None
    sort: Sort = "-createdAt"


# What a number of JavaScript holds without losing any.
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]


class ProgressOut(Representation):
    """How many documents are written, and of how many; total is null until they are counted."""

    done: Count
    total: Count | None


class ExportOut(Representation):
    """An export as its owner sees it.

    content is where it can be read, and size how many bytes that are: null until it is done.
    failure is a stable code, and null unless it failed for good.
    """

    id: UUID
    status: Status
    progress: ProgressOut
    attempts: Count
    content: str | None
    size: Count | None
    failure: str | None
    created_at: Timestamp
    updated_at: Timestamp
    finished_at: Timestamp | None
    expires_at: Timestamp | None


class ExportPageOut(Representation):
    """One page of exports; nextCursor is null at the end."""

    items: Annotated[list[ExportOut], Field(max_length=100)]
    next_cursor: str | None
