"""What the API document says of notes."""

from __future__ import annotations

from typing import Any

from app.operations import Doc

_NOTE: dict[str, Any] = {
    "id": "0197a1f3-81be-7a90-b1d2-6c5e4f302918",
    "title": "장보기",
    "body": "우유, 김치, 두부",
    "createdAt": "2026-01-31T09:30:12.104000Z",
    "updatedAt": "2026-01-31T09:30:12.104000Z",
}

LIST = Doc(
    "Notes",
    operation_id="listNotes",
    description=(
        "Pass nextCursor as cursor, with the same sort and filters, to read the next page; "
        "it is null at the end. Notes written meanwhile move nothing."
    ),
    parameters={
        "limit": "How many notes a page has at most.",
        "cursor": "The nextCursor of the page before.",
        "sort": "The member to sort by; a minus sign turns the order round.",
        "createdAfter": "Only notes written after this moment.",
        "createdBefore": "Only notes written before this moment.",
    },
    answer={"items": [_NOTE], "nextCursor": None},
)

CREATE = Doc(
    "Notes",
    operation_id="createNote",
    example={"title": "장보기", "body": "우유, 김치, 두부"},
    answer=_NOTE,
)

READ = Doc("Notes", answer=_NOTE)

REPLACE = Doc(
    "Notes",
    example={"title": "장보기", "body": "우유와 두부만"},
    answer={**_NOTE, "body": "우유와 두부만"},
)

CHANGE = Doc("Notes", example={"title": "내일 장보기"}, answer={**_NOTE, "title": "내일 장보기"})

DELETE = Doc("Notes")
