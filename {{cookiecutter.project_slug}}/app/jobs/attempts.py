"""Attempts at a job: each has a lease, and each write names the attempt.

A worker takes a job by one atomic update, which gives it a lease, and extends the lease while it
works. When it is killed the lease ends, and the next worker that hears of the job takes it over. A
worker that comes back after that finds another holder, and stops.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import SystemRandom
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import pymongo

from app.database.documents import new_id, utc_now
from app.errors import ServiceUnavailableError
from app.extensions import settings
#: if cookiecutter.task_queue
from app.jobs import queue
#: endif
from app.jobs.models import Job, JobKind, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

# The code of a job that failed as often as it may.
EXHAUSTED: Final = "attempts-exhausted"
# An attempt that takes this long will never end.
LONGEST_RUN_SECONDS: Final = 86_400
LONGEST_PAUSE_SECONDS: Final = 3600
MOST_DOUBLINGS: Final = 10

logger = logging.getLogger(__name__)


class LeaseLostError(Exception):
    """Raised when another attempt has the job now, or the job was deleted."""


class StoppingError(Exception):
    """Raised when the worker is to end: it gives its job back."""


class OverlongRunError(Exception):
    """Raised when an attempt takes longer than LONGEST_RUN_SECONDS."""
#: if cookiecutter.mail


class NotNowError(Exception):
    """Raised by a handler when something it needs is away: the job is put off, however often."""


class UncertainError(Exception):
    """Raised by a handler that cannot tell whether it did the work: another attempt counts."""


class NeverError(Exception):
    """Raised by a handler with a stable code when no further attempt can help."""
#: endif


def take(
    job_id: UUID,
    is_stopping: Callable[[], bool] = lambda: False,
    kinds: Iterable[JobKind] = JobKind,
) -> Attempt | None:
    """Return an attempt at a job that is due, or None; of several workers, one gets it.

    A job of a kind outside of *kinds* belongs to a newer release and is left to its workers.
    """
    now, holder = utc_now(), new_id()
    lease_ends = lease_from(now)
    with pymongo.timeout(settings.JOB_LEASE_SECONDS):
        due = Job.objects(id=job_id, kind__in=[*kinds], due_at__lte=now)
        #: if cookiecutter.mail
        # One that no key opens fails as a job does, by the attempt that reads it.
        due = due.exclude("payload")
        #: endif
        job = due.modify(
            new=True,
            set__state=JobState.RUNNING,
            set__holder=holder,
            #: if cookiecutter.task_queue
            set__sends=0,
            #: endif
            set__done=0,
            inc__attempts=1,
            **_due(lease_ends),
        )
    if job is None:
        return None
    attempt = Attempt(job, holder, is_stopping)
    if job.attempts > settings.JOB_MAX_ATTEMPTS:
        # The attempts before ended without a report: the job may be killing its workers.
        attempt.fail()
        return None
    return attempt


@dataclass
class Attempt:
    """One attempt at a job, by whoever holds its lease."""

    job: Job
    holder: UUID
    is_stopping: Callable[[], bool]
    began: float = field(default_factory=monotonic)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Limit the database calls of a step to the lease: after that they are useless."""
        with pymongo.timeout(settings.JOB_LEASE_SECONDS):
            yield

    #: if cookiecutter.mail
    def read_payload(self) -> bytes:
        """Return what the job has to know; raises LeaseLostError, and where no key opens it."""
        with self.in_time():
            job = Job.objects(id=self.job.id, holder=self.holder).only("payload").first()
        if job is None:
            raise LeaseLostError
        payload: bytes = job.payload
        return payload

    #: endif
    def report(self, done: int, total: int) -> None:
        """Store the progress, and extend the lease.

        Raises LeaseLostError, StoppingError and OverlongRunError: the handler then ends.
        """
        self._update(set__done=done, set__total=total, **_due(lease_from(utc_now())))
        if self.is_stopping():
            raise StoppingError
        if monotonic() - self.began > LONGEST_RUN_SECONDS:
            raise OverlongRunError

    def finish(self, size: int) -> None:
        """Mark the job as done; raises LeaseLostError if another attempt has it."""
        self._end(set__state=JobState.DONE, set__size=size)

    def fail(self, code: str = EXHAUSTED) -> None:
        """Mark the job as failed for good, with a stable *code*."""
        self._end(set__state=JobState.FAILED, set__failure=code)
        self.log(f"failed for good: {code}")

    def retry(self, spread: int = 1) -> None:
        """Schedule another attempt after a growing pause, unless there were too many.

        With *spread* the pauses grow so many times as fast.
        """
        try:
            if self.job.attempts >= settings.JOB_MAX_ATTEMPTS:
                self.fail()
            else:
                pause = _pause_after(self.job.attempts * spread)
                self._release(utc_now() + timedelta(seconds=pause))
        except LeaseLostError:
            self.log("lost")

    #: if cookiecutter.mail
    def postpone(self) -> None:
        """Schedule another attempt after a pause that grows; this one is not counted."""
        pause = _pause_after(self.job.delays + 1)
        try:
            self._release(utc_now() + timedelta(seconds=pause), inc__attempts=-1, inc__delays=1)
        except LeaseLostError:
            self.log("lost")
        else:
            self.log(f"put off for {pause:.0f} s")

    #: endif
    def give_back(self) -> None:
        """Let another worker have it at once; an interrupted attempt is not counted."""
        try:
            self._release(utc_now(), inc__attempts=-1)
            #: if cookiecutter.task_queue
            queue.send(self.job.id)
            #: endif
        except (LeaseLostError, ServiceUnavailableError):
            # Nothing is lost: its new holder continues, or workers find it later.
            self.log("not given back")
        else:
            self.log("given back")

    def log(self, what: str) -> None:
        """Write a line that ties the attempt to the request that asked for the job."""
        logger.info(
            "job %s (request %s), attempt %d: %s",
            self.job.id,
            self.job.request_id or "-",
            self.job.attempts,
            what,
        )

    def _release(self, due_at: datetime, **changes: Any) -> None:
        self._update(set__state=JobState.PENDING, **_due(due_at), **changes)

    def _end(self, **changes: Any) -> None:
        now = utc_now()
        self._update(
            set__finished_at=now,
            set__expires_at=now + timedelta(seconds=settings.JOB_RETENTION_SECONDS),
            unset__due_at=True,
            #: if cookiecutter.task_queue
            unset__send_at=True,
            #: endif
            #: if cookiecutter.mail
            unset__payload=True,
            #: endif
            **changes,
        )

    def _update(self, **changes: Any) -> None:
        """Change the job if it is still this attempt's; raise LeaseLostError where it is not."""
        with self.in_time():
            # What is over stays so, even where MongoDB's word of it was lost.
            mine = Job.objects(id=self.job.id, holder=self.holder, state=JobState.RUNNING)
            if not mine.update_one(**changes):
                raise LeaseLostError


def lease_from(now: datetime) -> datetime:
    """Return when a lease that begins *now* ends."""
    return now + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _due(moment: datetime) -> dict[str, datetime]:
    """Return the changes of a job that workers are to take at a *moment*, and not before."""
    #: if cookiecutter.task_queue
    return {"set__due_at": moment, "set__send_at": moment}
    #: else
    return {"set__due_at": moment}
    #: endif


def _pause_after(attempts: int) -> float:
    """Return the seconds before another attempt: doubled each time, with some randomness."""
    doubled: int = settings.JOB_RETRY_SECONDS * 2 ** min(attempts - 1, MOST_DOUBLINGS)
    return min(doubled, LONGEST_PAUSE_SECONDS) * SystemRandom().uniform(0.5, 1.5)
