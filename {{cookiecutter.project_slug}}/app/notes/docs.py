"""What the API document says of notes."""

from __future__ import annotations

from typing import Any

from app.operations import Doc, Tag

_TAG = Tag("Notes", "What the caller wrote down, and nobody else sees.")

_NOTE: dict[str, Any] = {
    "id": "0197a1f3-81be-7a90-b1d2-6c5e4f302918",
    "title": "장보기",
    "body": "우유, 김치, 두부",
    "createdAt": "2026-01-31T09:30:12.104Z",
    "updatedAt": "2026-01-31T09:30:12.104Z",
}

LIST = Doc(
    _TAG,
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
    _TAG,
    operation_id="createNote",
    description="An account keeps a bounded number of notes: delete one to make room for another.",
    example={"title": "장보기", "body": "우유, 김치, 두부"},
    answer=_NOTE,
)

READ = Doc(_TAG, answer=_NOTE)

REPLACE = Doc(
    _TAG,
    description="Both members are given, and take the place of those that were there.",
    example={"title": "장보기", "body": "우유와 두부만"},
    answer={**_NOTE, "body": "우유와 두부만"},
)

CHANGE = Doc(
    _TAG,
    description="What is left out stays as it is.",
    example={"title": "내일 장보기"},
    answer={**_NOTE, "title": "내일 장보기"},
)

DELETE = Doc(_TAG)
