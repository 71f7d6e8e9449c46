"""The worker: takes the jobs whose ids the broker delivers, and sends lost ones again."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from uuid import UUID

from celery.signals import worker_ready, worker_shutting_down

from app.database import preparation
from app.jobs import queue, service
from app.jobs.duties import HANDLERS, look_after

if TYPE_CHECKING:
    from celery import Celery
    from flask import Flask


def make_worker(app: Flask) -> Celery:
    """Return the Celery app that works for *app*, within whose context each job is done."""
    worker = queue.app_queue.of(app)
    stopping = Event()

    def run(job_id: str) -> None:
        with app.app_context():
            preparation.ensure_prepared()
            service.work(UUID(job_id), HANDLERS, stopping.is_set)

    def begin(**_: Any) -> None:
        Thread(target=look_after, args=(app, stopping), daemon=True).start()

    def stop(**_: Any) -> None:
        stopping.set()

    worker.task(name=queue.TASK)(run)
    worker_ready.connect(begin, weak=False)
    worker_shutting_down.connect(stop, weak=False)
    return worker
