"""The worker: takes the jobs whose ids the broker delivers, and sends lost ones again."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pymongo
from celery.signals import worker_ready, worker_shutting_down

from app.database import DATABASE_ERRORS, preparation
from app.errors import ServiceUnavailableError
from app.exports import task as exports
from app.extensions import app_settings
from app.jobs import queue, service
from app.jobs.models import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from celery import Celery
    from flask import Flask

    from app.jobs.attempts import Attempt

# A handler does the work, reports its progress, and returns the size of what it made. It may be
# called again for the same job at any time, and then starts from the beginning.
HANDLERS: Final[Mapping[JobKind, Callable[[Attempt], int]]] = {
    JobKind.EXPORT: exports.make,
}


# How often a worker looks for jobs that should have been taken by now.
_SWEEP_SECONDS = 5.0

logger = logging.getLogger(__name__)


def make_worker(app: Flask) -> Celery:
    """Return the Celery app that works for *app*, within whose context each job is done."""
    worker = queue.app_queue.of(app)
    stopping = Event()

    def run(job_id: str) -> None:
        with app.app_context():
            preparation.ensure_prepared()
            service.work(UUID(job_id), HANDLERS, stopping.is_set)

    def look_after(**_: Any) -> None:
        Thread(target=_sweep_until, args=(app, stopping), daemon=True).start()

    def stop(**_: Any) -> None:
        stopping.set()

    worker.task(name=queue.TASK)(run)
    worker_ready.connect(look_after, weak=False)
    worker_shutting_down.connect(stop, weak=False)
    return worker


def _sweep_until(app: Flask, stopping: Event) -> None:
    """Sweep at once and then regularly: the broker may have lost messages."""
    seconds = min(_SWEEP_SECONDS, app_settings.of(app).JOB_LEASE_SECONDS / 4)
    while True:
        try:
            with app.app_context():
                preparation.ensure_prepared()
                with pymongo.timeout(app_settings.of(app).JOB_LEASE_SECONDS):
                    sent = service.sweep()
                if sent:
                    logger.info("sent %d jobs again", sent)
        except (ServiceUnavailableError, *DATABASE_ERRORS) as error:
            logger.warning("no job is looked after: %s", type(error).__name__)
        except Exception:
            # Whatever it was, the next sweep must come.
            logger.exception("no job is looked after")
        if stopping.wait(seconds):
            return
