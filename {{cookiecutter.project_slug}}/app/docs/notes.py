"""What the API document says of notes."""

from __future__ import annotations

from typing import Any

from app.errors import TooManyItemsError

_NOTE: dict[str, Any] = {
    "id": "0197a1f3-81be-7a90-b1d2-6c5e4f302918",
    "title": "장보기",
    "body": "우유, 김치, 두부",
    "createdAt": "2026-01-31T09:30:12.104000Z",
    "updatedAt": "2026-01-31T09:30:12.104000Z",
}

LIST: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "listNotes",
    "summary": "List notes, a page at a time",
    "description": (
        "Pass nextCursor as cursor, with the same sort and filters, to read the next page; "
        "it is null at the end. Notes written meanwhile move nothing."
    ),
    "parameters": {
        "limit": "How many notes a page has at most.",
        "cursor": "The nextCursor of the page before.",
        "sort": "The member to sort by; a minus sign turns the order round.",
        "createdAfter": "Only notes written after this moment.",
        "createdBefore": "Only notes written before this moment.",
    },
    "answer": {"items": [_NOTE], "nextCursor": None},
}

CREATE: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "createNote",
    "summary": "Write a note",
    "raises": (TooManyItemsError,),
    "example": {"title": "장보기", "body": "우유, 김치, 두부"},
    "has_etag": True,
    "answer": _NOTE,
}

READ: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "readNote",
    "summary": "Read a note",
    "is_conditional": True,
    "has_etag": True,
    "answer": _NOTE,
}

REPLACE: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "replaceNote",
    "summary": "Replace a note",
    "is_conditional": True,
    "has_etag": True,
    "example": {"title": "장보기", "body": "우유와 두부만"},
    "answer": {**_NOTE, "body": "우유와 두부만"},
}

CHANGE: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "changeNote",
    "summary": "Change members of a note",
    "is_conditional": True,
    "has_etag": True,
    "example": {"title": "내일 장보기"},
    "answer": {**_NOTE, "title": "내일 장보기"},
}

DELETE: dict[str, Any] = {
    "tags": ["Notes"],
    "operationId": "deleteNote",
    "summary": "Delete a note",
    "is_conditional": True,
}
