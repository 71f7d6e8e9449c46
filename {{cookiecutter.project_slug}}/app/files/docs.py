"""What the API document says of files."""

from __future__ import annotations

from typing import Any

from app.extensions import settings
from app.operations import Doc, Tag

_TAG = Tag("Files", "What the caller uploaded, past the API, and reads from the CDN.")

_FIELDS = {
    "Content-Type": "image/png",
    "Content-Disposition": "attachment; filename=\"___.png\"; filename*=UTF-8''%EC%98%81.png",
    "key": "3f0c1d9a-0a53-4a7e-9f43-5a0d4f7b2c11",
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": "…/20260131/ap-northeast-2/s3/aws4_request",
    "x-amz-date": "20260131T093012Z",
    "policy": "eyJleHBpcmF0aW9uIjog…",
    "x-amz-signature": "9c1f…",
}

_ANNOUNCED: dict[str, Any] = {"fileName": "영수증.png", "contentType": "image/png", "size": 4821}

_PENDING: dict[str, Any] = {
    "id": "0197a1f3-9d10-7b52-8c3e-2f1a0b9c8d7e",
    **_ANNOUNCED,
    "status": "pending",
    "url": "https://cdn.example.org/3f0c1d9a-0a53-4a7e-9f43-5a0d4f7b2c11",
    "createdAt": "2026-01-31T09:30:12.104Z",
    "updatedAt": "2026-01-31T09:30:12.104Z",
    "expiresAt": "2026-01-31T10:30:12.104Z",
    "upload": {
        "url": "https://s3.example.org/files",
        "fields": [{"name": name, "value": value} for name, value in _FIELDS.items()],
        "expiresAt": "2026-01-31T09:45:12.104Z",
    },
}

_STORED: dict[str, Any] = {
    **_PENDING,
    "status": "stored",
    "updatedAt": "2026-01-31T09:30:20.733Z",
    "expiresAt": None,
    "upload": None,
}

LIST = Doc(
    _TAG,
    operation_id="listFiles",
    description=(
        "Pass nextCursor as cursor, with the same sort and filters, to read the next page; "
        "it is null at the end."
    ),
    parameters={
        "limit": "How many files a page has at most.",
        "cursor": "The nextCursor of the page before.",
        "sort": "The member to sort by; a minus sign turns the order round.",
        "status": "Only files that are pending, or only those that are stored.",
    },
    answer={"items": [_STORED], "nextCursor": None},
)

ANNOUNCE = Doc(
    _TAG,
    operation_id="announceFile",
    description=(
        "POST the fields of upload to its url as multipart/form-data, in their order, and the "
        "file last in a field named file. The store takes exactly this size, type and key, until "
        "the form expires. Then say that the file is stored. What is not confirmed until expiresAt "
        "is removed."
    ),
    example=_ANNOUNCED,
    answer=_PENDING,
)

READ = Doc(
    _TAG,
    description="The file itself is at url, on the CDN, once its status is stored.",
    answer=_STORED,
)

CONFIRM = Doc(
    _TAG,
    operation_id="confirmFile",
    description=(
        "The store is asked whether the object is there, of the size and type that were announced. "
        "Where nothing is there yet, the file stays pending. Anything else that is there is "
        "removed, and the file with it. Confirming again changes nothing."
    ),
    example={"status": "stored"},
    answer=_STORED,
)

DELETE = Doc(
    _TAG,
    description=(
        "The object is removed from the store first; while the store does not answer, nothing is "
        "deleted. Caches of the CDN may keep a copy for as long as they are set to."
    ),
)


def narrow(schemas: dict[str, Any]) -> None:
    """Have the schema of an announcement say what this deployment's settings allow."""
    members = schemas["AnnounceFile"]["properties"]
    members["contentType"]["enum"] = [*settings.UPLOAD_CONTENT_TYPES]
    members["size"]["maximum"] = settings.UPLOAD_MAX_BYTES
