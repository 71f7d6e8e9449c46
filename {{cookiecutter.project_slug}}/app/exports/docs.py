"""What the API document says of exports."""

from __future__ import annotations

from typing import Any

from app.operations import Doc, Tag

_TAG = Tag("Exports", "Copies of all that the account owns, made in the background.")

_EXPORT: dict[str, Any] = {
    "id": "0197a1f4-1c5a-7d3e-8f60-4b1a2c3d4e5f",
    "status": "pending",
    "progress": {"done": 0, "total": None},
    "attempts": 0,
    "content": None,
    "size": None,
    "failure": None,
    "createdAt": "2026-01-31T09:31:40.250Z",
    "updatedAt": "2026-01-31T09:31:40.250Z",
    "finishedAt": None,
    "expiresAt": None,
}
_DONE: dict[str, Any] = {
    **_EXPORT,
    "status": "done",
    "progress": {"done": 1200, "total": 1200},
    "attempts": 1,
    "content": f"/api/v1/me/exports/{_EXPORT['id']}/content",
    "size": 481_516,
    "updatedAt": "2026-01-31T09:31:44.108Z",
    "finishedAt": "2026-01-31T09:31:44.108Z",
    "expiresAt": "2026-02-07T09:31:44.108Z",
}

LIST = Doc(
    _TAG,
    operation_id="listExports",
    description=(
        "Pass nextCursor as cursor, with the same sort, to read the next page; it is null at the "
        "end."
    ),
    parameters={
        "limit": "How many exports a page has at most.",
        "cursor": "The nextCursor of the page before.",
        "sort": "The member to sort by; a minus sign turns the order round.",
    },
    answer={"items": [_DONE], "nextCursor": None},
)

CREATE = Doc(
    _TAG,
    operation_id="createExport",
    description=(
        "A worker makes it. Location is where its progress can be read. An account keeps a "
        "bounded number of exports: delete one to make room for another."
    ),
    answer=_EXPORT,
)

READ = Doc(
    _TAG,
    description=(
        "pending, then running, then done; failed once it was tried often enough. A worker that "
        "is gone is replaced by another, which begins anew."
    ),
    answer=_DONE,
)

DELETE = Doc(_TAG, description="One that is not done yet is stopped.")

READ_CONTENT = Doc(
    _TAG,
    operation_id="readExportContent",
    description="One JSON object: the account, and a list of each kind of thing that it owns.",
)
