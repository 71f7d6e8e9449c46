"""What the API document says of notes."""

from __future__ import annotations

from typing import Any

LIST: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "listNotes",
    "summary": "List notes, a page at a time",
    "description": (
        "Pass nextCursor as cursor, with the same sort and filters, to read the next page; "
        "it is null at the end. Notes written meanwhile move nothing."
    ),
}

CREATE: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "createNote",
    "summary": "Write a note",
    "example": {"title": "장보기", "body": "우유, 김치, 두부"},
}

READ: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "readNote",
    "summary": "Read a note",
    "conditional": True,
}

REPLACE: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "replaceNote",
    "summary": "Replace a note",
    "conditional": True,
    "example": {"title": "장보기", "body": "우유와 두부만"},
}

CHANGE: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "changeNote",
    "summary": "Change members of a note",
    "conditional": True,
    "example": {"title": "내일 장보기"},
}

DELETE: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "deleteNote",
    "summary": "Delete a note",
    "conditional": True,
}
