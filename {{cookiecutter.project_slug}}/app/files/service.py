"""Files of one account: announced, uploaded past this API, confirmed, removed.

No object outlives its document. A document is stored before its form is handed out. When a file
is removed while an upload may still arrive, its document is hidden and kept until `clean` has
removed the object once more.
"""

from __future__ import annotations

import mimetypes
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from mongoengine import Q

from app import pagination
from app.database.documents import utc_now
from app.errors import FieldError, InvalidInputError, NotFoundError, ServiceUnavailableError
from app.extensions import settings
from app.files import object_store
from app.files.errors import TooManyPendingFilesError, UploadMismatchError, UploadMissingError
from app.files.models import File, FormField, Status, Upload
from app.files.object_store import StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from app.pagination import Page, PageRequest

SORT_FIELDS = {"createdAt": "created_at", "fileName": "file_name"}
BATCH = 100
# attr-char of RFC 5987 section 3.2.1, letters and digits apart.
_PLAIN = "!#$&+-.^_`|~"
# What S3 stores beside an object, names and values together: Content-Type and Content-Disposition.
_MOST_METADATA: Final = 2048
# Python's own table, without the system's: every machine answers the same.
_TYPES: Final = mimetypes.MimeTypes()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What `clean` did: the number of objects and of documents that it removed."""

    objects: int
    documents: int


def announce(account_id: UUID, file_name: str, content_type: str, size: int) -> File:
    """Store a pending file and return it with the form that uploads it, whose key no client chose.

    Raises InvalidInputError for a type or a size that the settings do not allow, and for a name
    that does not fit the type or the store, and TooManyPendingFilesError where too many files
    were announced and not confirmed.
    """
    _check_limits(file_name, content_type, size)
    now = utc_now()
    file = File(
        account=account_id,
        file_name=file_name,
        content_type=content_type,
        size=size,
        deadline=now + timedelta(seconds=settings.UPLOAD_EXPIRY_SECONDS),
    )
    file.upload = _sign(file, now)
    file.save(force_insert=True)
    # Counted after it is stored, so that parallel requests cannot exceed the limit. Nobody has its
    # form yet.
    if _pending(account_id).count() > settings.UPLOAD_PENDING_LIMIT:
        file.delete()
        raise TooManyPendingFilesError
    return file


def find(account_id: UUID, file_id: UUID) -> File:
    """Return a file; raises NotFoundError where this account has none of that id."""
    file: File | None = _visible(account_id).filter(id=file_id).first()
    if file is None:
        raise NotFoundError
    return file


def list_page(account_id: UUID, request: PageRequest) -> Page[File]:
    """Return one page of the account's files."""
    return pagination.find_page(_visible(account_id), request, SORT_FIELDS, account_id)


def confirm(account_id: UUID, file_id: UUID) -> File:
    """Compare the upload with what was announced and, if they match, mark the file as stored.

    Raises UploadMissingError while nothing has arrived. Anything that does not match is removed
    together with its file: UploadMismatchError.
    """
    file = find(account_id, file_id)
    if file.status is Status.STORED:
        return file
    found = object_store.look_at(str(file.key))
    if found is None:
        raise UploadMissingError
    pending = _pending(account_id).filter(id=file_id)
    if found != StoredObject(file.size, file.content_type):
        # The document comes first: from now on nobody can confirm it, whatever is uploaded.
        if pending.update_one(set__status=Status.REMOVED, unset__upload=True):
            with suppress(ServiceUnavailableError):
                # If it cannot be removed now, `clean` removes it later.
                object_store.remove(str(file.key))
        raise UploadMismatchError
    stored: File | None = pending.modify(new=True, set__status=Status.STORED, unset__upload=True)
    # Somebody else confirmed it meanwhile, or it is gone.
    return stored or find(account_id, file_id)


def delete(account_id: UUID, file_id: UUID) -> None:
    """Remove a file, its object first; raises ServiceUnavailableError and keeps both.

    Until its form has expired the object may come back: the document stays for `clean`.
    """
    file = find(account_id, file_id)
    object_store.remove(str(file.key))
    mine = File.objects(id=file_id, account=account_id)
    if file.deadline > utc_now():
        mine.update_one(set__status=Status.REMOVED, unset__upload=True)
    else:
        mine.delete()


def remove_ownerless() -> None:
    """Remove the objects and file names of deleted accounts at once.

    If somebody still uploads with a form that was signed before, `clean` removes that. Raises
    ServiceUnavailableError where the store does not answer.
    """
    ownerless = File.objects(account=None)
    ownerless.filter(file_name__ne="").update(set__file_name="", unset__upload=True)
    for file in ownerless.filter(status__ne=Status.REMOVED).limit(BATCH):
        object_store.remove(str(file.key))
        File.objects(id=file.id).update_one(set__status=Status.REMOVED)


def clean() -> Cleaned:
    """Remove files that nobody confirmed in time, and what deletions have left behind.

    Raises ServiceUnavailableError where the store does not answer; the next run does the rest.
    Several may run at once.
    """
    given_up = File.objects(status=Status.PENDING, deadline__lte=utc_now())
    without_owner = File.objects(account=None, status__ne=Status.REMOVED)
    for files in (given_up, without_owner):
        files.update(set__status=Status.REMOVED, unset__upload=True)
    objects = documents = 0
    for file in _removed():
        # The moment before the removal counts: nothing arrives after it.
        is_over = file.deadline <= utc_now()
        object_store.remove(str(file.key))
        objects += 1
        if is_over:
            documents += File.objects(id=file.id).delete()
    return Cleaned(objects, documents)


def _removed() -> Iterator[File]:
    """Yield each removed file once, a batch at a time."""
    removed = File.objects(status=Status.REMOVED).order_by("id").limit(BATCH)
    batch = [*removed]
    while batch:
        yield from batch
        batch = [*removed.clone().filter(id__gt=batch[-1].id)]


def _visible(account_id: UUID) -> Any:
    is_waiting = Q(status=Status.PENDING) & Q(deadline__gt=utc_now())
    return File.objects(account=account_id).filter(Q(status=Status.STORED) | is_waiting)


def _pending(account_id: UUID) -> Any:
    return File.objects(account=account_id, status=Status.PENDING, deadline__gt=utc_now())


def _check_limits(file_name: str, content_type: str, size: int) -> None:
    errors = []
    if content_type not in settings.UPLOAD_CONTENT_TYPES:
        types = ", ".join(settings.UPLOAD_CONTENT_TYPES)
        errors.append(FieldError("/contentType", f"Must be one of {types}."))
    elif wanted := _extensions_for(file_name, content_type):
        errors.append(FieldError("/fileName", f"Must end in {' or '.join(wanted)}, or in none."))
    if _metadata_of(file_name, content_type) > _MOST_METADATA:
        errors.append(FieldError("/fileName", "Must be shorter: it is stored percent-encoded."))
    if size > settings.UPLOAD_MAX_BYTES:
        errors.append(FieldError("/size", f"Must be at most {settings.UPLOAD_MAX_BYTES}."))
    if errors:
        raise InvalidInputError(errors=tuple(errors))


def _extensions_for(file_name: str, content_type: str) -> list[str]:
    """Return the allowed extensions if the name has a wrong one; otherwise nothing.

    A name without an extension is fine. A type without known extensions allows all except those
    of other types.
    """
    # Windows leaves out dots and spaces at the end.
    _, dot, extension = file_name.rstrip(". ").rpartition(".")
    fitting = _TYPES.guess_all_extensions(content_type.partition(";")[0].strip(), strict=False)
    claimed, _ = _TYPES.guess_type(f"x.{extension}", strict=False)
    if not dot or f".{extension.lower()}" in fitting or not (fitting or claimed):
        return []
    return fitting or ["another extension"]


def _headers_for(file_name: str, content_type: str) -> dict[str, str]:
    return {"Content-Type": content_type, "Content-Disposition": dispose(file_name)}


def _metadata_of(file_name: str, content_type: str) -> int:
    """Return how many bytes the store counts."""
    return sum(map(len, chain(*_headers_for(file_name, content_type).items())))


def _sign(file: File, now: datetime) -> Upload:
    seconds = settings.UPLOAD_POLICY_SECONDS
    headers = _headers_for(file.file_name, file.content_type)
    form = object_store.sign_form(str(file.key), headers, file.size, seconds)
    return Upload(
        url=form.url,
        fields=[FormField(name=name, value=value) for name, value in form.fields.items()],
        expires_at=now + timedelta(seconds=seconds),
    )


def dispose(file_name: str) -> str:
    """Return a Content-Disposition that makes browsers save a file and never show it (RFC 6266).

    A name beyond ASCII is given twice, the second time in full (RFC 8187).
    """
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name)
    disposition = f'attachment; filename="{plain}"'
    if plain == file_name:
        return disposition
    return f"{disposition}; filename*=UTF-8''{quote(file_name, safe=_PLAIN)}"
