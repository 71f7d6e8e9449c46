"""Exports of one account: only their owner can request, watch, read and delete them.

An export is stored in chunks, under the attempt that wrote them: chunks of another attempt are
never read.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pymongo
from mongoengine import Q

from app import pagination
from app.database.documents import derived_id, utc_now
from app.errors import NotFoundError
from app.exports.errors import ExportNotReadyError, TooManyExportsError
from app.exports.models import ExportChunk
from app.extensions import settings
from app.jobs import service as jobs
from app.jobs.attempts import LONGEST_RUN_SECONDS
from app.jobs.models import Job, JobKind, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any
    from uuid import UUID

    from app.jobs.attempts import Attempt
    from app.pagination import Page, PageRequest

SORT_FIELDS = {"createdAt": "created_at"}
# The version of derived ids (RFC 9562 section 5.5).
_DERIVED: Final = 5


class MisplacedChunkError(RuntimeError):
    """Raised when a stored chunk does not belong to the export that it names."""


def create(account_id: UUID, request_id: str) -> Job:
    """Ask for an export.

    Raises TooManyExportsError, and ServiceUnavailableError where the broker is away.
    """
    most = settings.EXPORT_LIMIT
    job = jobs.submit(account_id, JobKind.EXPORT, most, request_id, must_be_sent=True)
    if job is None:
        raise TooManyExportsError
    return job


def find(account_id: UUID, export_id: UUID) -> Job:
    """Return an export; raises NotFoundError where this account has none of that id."""
    job: Job | None = _kept(account_id).filter(id=export_id).first()
    if job is None:
        raise NotFoundError
    return job


def list_page(account_id: UUID, request: PageRequest) -> Page[Job]:
    """Return one page of the account's exports."""
    return pagination.find_page(_kept(account_id), request, SORT_FIELDS, account_id)


def delete(account_id: UUID, export_id: UUID) -> None:
    """Delete an export and its chunks; a worker that is writing it stops."""
    if not _kept(account_id).filter(id=export_id).delete():
        raise NotFoundError


def read(account_id: UUID, export_id: UUID) -> tuple[int, Iterator[bytes]]:
    """Return the length of what was exported, and its chunks, of which one is read at a time.

    Raises NotFoundError, and ExportNotReadyError until it is done.
    """
    job = find(account_id, export_id)
    if job.state != JobState.DONE:
        raise ExportNotReadyError
    return job.size, _read_chunks(job, settings.MONGODB_TIMEOUT_SECONDS)


def store_chunk(attempt: Attempt, number: int, content: bytes) -> None:
    """Store what an attempt has written."""
    kept_for = settings.JOB_RETENTION_SECONDS + LONGEST_RUN_SECONDS
    ExportChunk(
        id=_chunk_id(attempt.job, attempt.holder, number),
        job=attempt.job.id,
        account=attempt.job.account.pk,
        holder=attempt.holder,
        number=number,
        content=content,
        expires_at=utc_now() + timedelta(seconds=kept_for),
    ).save(force_insert=True)


def discard_of_others(attempt: Attempt) -> None:
    """Remove what attempts before this one have left."""
    ExportChunk.objects(job=attempt.job.id, holder__ne=attempt.holder).delete()


def discard(attempt: Attempt) -> None:
    """Remove what this attempt has written: it will never be read."""
    ExportChunk.objects(job=attempt.job.id, holder=attempt.holder).delete()


def _kept(account_id: UUID) -> Any:
    # MongoDB removes what has expired about once a minute.
    is_kept = Q(expires_at=None) | Q(expires_at__gt=utc_now())
    return Job.objects(is_kept, account=account_id, kind=JobKind.EXPORT)


def _read_chunks(job: Job, seconds: float) -> Iterator[bytes]:
    number = read = 0
    while read < job.size:
        # Each chunk has its own time limit: the client may take as long as it likes in between.
        with pymongo.timeout(seconds):
            chunk = ExportChunk.objects(job=job.id, holder=job.holder, number=number).get()
        # Content is bound to the id of its chunk. Earlier releases gave chunks ids of another kind.
        if chunk.id.version == _DERIVED and chunk.id != _chunk_id(job, job.holder, number):
            message = f"a chunk of another export was put into {job.id}"
            raise MisplacedChunkError(message)
        yield chunk.content
        number, read = number + 1, read + len(chunk.content)


def _chunk_id(job: Job, holder: UUID, number: int) -> UUID:
    """Return the id of a chunk, derived from its account and export: no other has the same."""
    return derived_id("export_chunks", f"{job.account.pk}:{job.id}:{holder}:{number}")
