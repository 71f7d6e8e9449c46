"""The worker: asks MongoDB for jobs that are due, and does each of them once.

Any number of workers may run. One that is told to end finishes what it is doing; when one is killed
the lease of its job ends, and another takes that over.
"""

from __future__ import annotations

import logging
import signal
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import pymongo

from app.database import DATABASE_ERRORS, preparation
from app.database.documents import utc_now
from app.errors import ServiceUnavailableError
from app.extensions import app_settings
from app.jobs import service
from app.jobs.duties import HANDLERS, look_after
from app.jobs.models import Job

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask

# How long a worker that found nothing waits: at most this time passes before a job is taken.
PAUSE_SECONDS: Final = 1.0

logger = logging.getLogger(__name__)


def run(app: Flask, level: str = "INFO") -> None:
    """Be a worker until this process is told to end, with log lines from a *level* on."""
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    # Where nothing else has said how lines look.
    logging.basicConfig(level=level)
    work(app, stopping)


def work(app: Flask, stopping: Event) -> None:
    """Do jobs, WORKER_CONCURRENCY at a time, until *stopping* is set; then end those begun."""
    duties = [look_after, *[_work_until] * app_settings.of(app).WORKER_CONCURRENCY]
    threads = [Thread(target=duty, args=(app, stopping)) for duty in duties]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def work_once(app: Flask, stopping: Event) -> bool:
    """Do the job that has been due for longest; tell whether there was one."""
    with app.app_context():
        preparation.ensure_prepared()
        job_id = _find_due(app_settings.of(app).JOB_LEASE_SECONDS)
        if job_id is not None:
            service.work(job_id, HANDLERS, stopping.is_set)
    return job_id is not None


def _find_due(seconds: float) -> UUID | None:
    with pymongo.timeout(seconds):
        due = Job.objects(due_at__lte=utc_now(), kind__in=[*HANDLERS]).order_by("due_at")
        return due.scalar("id").first()  # type: ignore[no-any-return]  # mongoengine has no types


def _work_until(app: Flask, stopping: Event) -> None:
    while not stopping.is_set():
        has_worked = False
        try:
            has_worked = work_once(app, stopping)
        except (ServiceUnavailableError, *DATABASE_ERRORS) as error:
            logger.warning("no job is found: %s", type(error).__name__)
        except Exception:
            # Whatever it was, the next job must be done.
            logger.exception("no job is found")
        if not has_worked:
            stopping.wait(PAUSE_SECONDS)
