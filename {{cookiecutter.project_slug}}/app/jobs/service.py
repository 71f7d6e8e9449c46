"""Jobs: asked for by a request, done by a worker, never lost and never done by two."""

from __future__ import annotations

import logging
#: if cookiecutter.mail
from contextlib import suppress
#: endif
#: if cookiecutter.task_queue
from datetime import timedelta
#: endif
from typing import TYPE_CHECKING, Final

#: if cookiecutter.task_queue
from mongoengine import NotUniqueError
#: endif
#: if cookiecutter.mail
from pymongo.errors import BulkWriteError
#: endif

#: if cookiecutter.task_queue
from app.database.documents import utc_now
from app.errors import ServiceUnavailableError
from app.extensions import settings
from app.jobs import queue
#: endif
from app.jobs.attempts import (
    #: if cookiecutter.task_queue
    MOST_DOUBLINGS,
    #: endif
    Attempt,
    LeaseLostError,
    #: if cookiecutter.mail
    NeverError,
    NotNowError,
    #: endif
    StoppingError,
    #: if cookiecutter.mail
    UncertainError,
    #: endif
    #: if cookiecutter.task_queue
    lease_from,
    #: endif
    take,
)
from app.jobs.models import Job, JobKind

if TYPE_CHECKING:
    #: if cookiecutter.mail
    from collections.abc import Callable, Mapping, Sequence
    #: else
    from collections.abc import Callable, Mapping
    #: endif
    from uuid import UUID

#: if cookiecutter.task_queue
# What one sweep sends at most: the next one comes soon.
MOST_SENT: Final = 100
#: endif
#: if cookiecutter.mail
# MongoDB's error code of a document that is there already.
_DUPLICATE: Final = 11000
#: endif

logger = logging.getLogger(__name__)


#: if cookiecutter.task_queue
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


#: endif
#: if cookiecutter.mail
def keep(jobs: Sequence[Job], payloads: Sequence[bytes]) -> None:
    """Store jobs with their sealed payloads, and let workers have them at once.

    A job that is stored already, by its id, stays as it is: it may be done.
    """
    records = []
    for job, payload in zip(jobs, payloads, strict=True):
        job.stamp()
        records.append({**job.to_mongo(), "payload": payload})
    try:
        Job._get_collection().insert_many(records, ordered=False)  # noqa: SLF001 - it has no public name.
    except BulkWriteError as error:
        if any(each["code"] != _DUPLICATE for each in error.details["writeErrors"]):
            raise
    #: if cookiecutter.task_queue
    try:
        for job in jobs:
            queue.send(job.id)
    except ServiceUnavailableError:
        # A sweep sends them once the broker is back.
        logger.warning("%d jobs: the broker is away", len(jobs))
    #: endif


#: endif
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
    #: if cookiecutter.mail
    except NotNowError as error:
        attempt.log(f"not now: {error}")
        attempt.postpone()
    except UncertainError as error:
        attempt.log(f"perhaps done: {error}")
        # Few attempts, which are spread over the hours that a fault may last.
        attempt.retry(spread=4)
    except NeverError as error:
        with suppress(LeaseLostError):
            attempt.fail(str(error))
    #: endif
    except Exception:
        logger.exception("job %s (request %s) failed", job_id, attempt.job.request_id)
        attempt.retry()
    else:
        attempt.log("done")
#: if cookiecutter.task_queue


def sweep() -> int:
    """Send again the ids of jobs that no worker has taken in time; return how many.

    Any number of workers may sweep: of two that find the same job, one sends it. Jobs of a newer
    release are sent by its own workers: each vain send would make the next one later.
    Raises ServiceUnavailableError where the broker is away.
    """
    sent = 0
    while sent < MOST_SENT:
        now = utc_now()
        due = Job.objects(send_at__lte=now, kind__in=[*JobKind]).order_by("send_at")
        job = due.only("id", "send_at", "sends").first()
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
#: endif
