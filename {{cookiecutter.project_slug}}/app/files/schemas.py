"""Files on the wire: what is announced, what may be sent where, and what is stored."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.schemas import InDigits, Representation, Schema, Timestamp

# A single POST of S3 takes no more.
MOST_BYTES = 5 * 1024**3


def _compose(name: str) -> str:
    """Return a name as most systems write it: macOS takes Hangul syllables apart."""
    return unicodedata.normalize("NFC", name)


# Without path separators, control characters and those that change the direction of writing, which
# make "gpj.exe" look like a picture.
FileName = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=255,
        pattern=r"^[^\x00-\x1f\x7f-\x9f/\\\u2028\u2029\u202a-\u202e\u2066-\u2069]*$",
    ),
    AfterValidator(_compose),
]
Sort = Literal["createdAt", "-createdAt", "fileName", "-fileName"]


class AnnounceFile(Schema):
    """A file that a client is about to upload."""

    file_name: FileName
    # The settings limit types and sizes, and the API document shows those limits.
    content_type: Annotated[str, Field(max_length=255)]
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]


class ConfirmFile(Schema):
    """The one change of a file: it is uploaded."""

    status: Literal["stored"]


class FilesQuery(Schema):
    """Which files, in which order."""

    limit: Annotated[int, Field(ge=1, le=100), InDigits] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None
    sort: Sort = "-createdAt"
    status: Literal["pending", "stored"] | None = None


class FormFieldOut(Representation):
    """A field of the form that uploads."""

    name: str
    value: str


class UploadOut(Representation):
    """A form: POST its fields to url as multipart/form-data, and the file last, named file."""

    url: str
    fields: Annotated[list[FormFieldOut], Field(max_length=32)]
    expires_at: Timestamp


class FileOut(Representation):
    """A file as its owner sees it; upload and expiresAt are null once it is stored."""

    id: UUID
    file_name: str
    content_type: str
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    status: Literal["pending", "stored"]
    url: str
    created_at: Timestamp
    updated_at: Timestamp
    expires_at: Timestamp | None
    upload: UploadOut | None


class FilePageOut(Representation):
    """One page of files; nextCursor is null at the end."""

    items: Annotated[list[FileOut], Field(max_length=100)]
    next_cursor: str | None
