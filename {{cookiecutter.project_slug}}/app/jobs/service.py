"""Jobs: asked for by a request, done by a worker, never lost and never done by two."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mongoengine import NotUniqueError

from app.database.documents import utc_now
from app.errors import ServiceUnavailableError
from app.extensions import settings
from app.jobs import queue
from app.jobs.attempts import (
    MOST_DOUBLINGS,
    Attempt,
    LeaseLostError,
    StoppingError,
    lease_from,
    take,
)
from app.jobs.models import Job, JobKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

# What one sweep sends at most: the next one comes soon.
MOST_SENT: Final = 100

logger = logging.getLogger(__name__)


def submit(
    account_id: UUID, kind: JobKind, most: int, request_id: str, *, must_be_sent: bool = False
) -> Job | None:
    """Store a job, then send its id; None where the account has *most* of this kind already.

    If the broker is away the job is kept, and a sweep sends it once the broker is back. With
    *must_be_sent* the job is removed instead, and ServiceUnavailableError is raised. If the removal
    fails too, the job is done although the client was refused.
    """
    job = _store(account_id, kind, most, request_id)
    if job is not None:
        try:
            queue.send(job.id)
        except ServiceUnavailableError:
            logger.warning("job %s (request %s): the broker is away", job.id, request_id)
            if must_be_sent:
                Job.objects(id=job.id).delete()
                raise
    return job


def work(
    job_id: UUID,
    handlers: Mapping[JobKind, Callable[[Attempt], int]],
    is_stopping: Callable[[], bool],
) -> None:
    """Make an attempt at a job, unless it is taken, finished, or has no handler here."""
    attempt = take(job_id, is_stopping, handlers)
    if attempt is None:
        return
    attempt.log("taken")
    try:
        attempt.finish(handlers[attempt.job.kind](attempt))
    except LeaseLostError:
        attempt.log("lost: somebody else has it, or it was deleted")
    except StoppingError:
        attempt.give_back()
    except Exception:
        logger.exception("job %s (request %s) failed", job_id, attempt.job.request_id)
        attempt.retry()
    else:
        attempt.log("done")


def sweep() -> int:
    """Send again the ids of jobs that no worker has taken in time; return how many.

    Any number of workers may sweep: of two that find the same job, one sends it. Jobs of a newer
    release are sent by its own workers: each vain send would make the next one later.
    Raises ServiceUnavailableError where the broker is away.
    """
    sent = 0
    while sent < MOST_SENT:
        now = utc_now()
        job = Job.objects(send_at__lte=now, kind__in=[*JobKind]).order_by("send_at").first()
        if job is None:
            break
        wait = settings.JOB_LEASE_SECONDS * 2 ** min(job.sends, MOST_DOUBLINGS)
        mine = Job.objects(id=job.id, send_at=job.send_at)
        if not mine.update_one(set__send_at=now + timedelta(seconds=wait), inc__sends=1):
            continue
        try:
            queue.send(job.id)
        except ServiceUnavailableError:
            Job.objects(id=job.id, sends=job.sends + 1).update_one(set__send_at=now)
            raise
        sent += 1
    return sent


def _store(account_id: UUID, kind: JobKind, most: int, request_id: str) -> Job | None:
    """Store a job in a free slot, or return None; two jobs never get the same slot."""
    own = Job.objects(account=account_id, kind=kind)
    now = utc_now()
    own.filter(expires_at__lte=now).delete()
    while free := set(range(most)) - set(own.scalar("slot")):
        job = Job(
            account=account_id,
            kind=kind,
            slot=min(free),
            request_id=request_id,
            due_at=now,
            send_at=lease_from(now),
        )
        try:
            return job.save(force_insert=True)  # type: ignore[no-any-return]
        except NotUniqueError:
            continue
    return None
