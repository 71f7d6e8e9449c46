"""Celery, with its own app for each Flask app: it sends jobs, and workers receive them.

The broker carries only the ids of jobs. It may lose them: app/jobs/service.py sends those again
that no worker has taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from celery import Celery
from celery.exceptions import OperationalError

from app.errors import ServiceUnavailableError
from app.extensions import PerApp, app_settings

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask

    from config.base import Base

TASK: Final = "jobs.run"

# A broker that is away is noticed within a request's three seconds: to connect, then to send.
_NETWORK_SECONDS: Final = 1

app_queue: PerApp[Celery] = PerApp("queue")


def init_app(app: Flask) -> None:
    """Give *app* its own Celery app; opens no connection."""
    queue = make_queue(app_settings.of(app))
    # Celery imports most of itself at the first send: no request should wait for that.
    _failures_of(queue), queue.amqp, queue.AsyncResult
    app_queue.bind(app, queue)


def make_queue(settings: Base) -> Celery:
    """Return a Celery app of *settings*."""
    # Valkey speaks Redis' protocol, for which Celery has one name.
    uri = re.sub("^valkey", "redis", settings.BROKER_URI)
    queue = Celery(settings.JOB_QUEUE, broker=uri, set_as_current=False)
    queue.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=_NETWORK_SECONDS,
        broker_transport_options=_transport_options(uri),
        enable_utc=True,
        result_backend=None,
        task_default_queue=settings.JOB_QUEUE,
        task_ignore_result=True,
        # One retry at once: an idle connection may be dead although the broker is fine.
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_max": 0},
        # When a worker is killed, its lease ends. Late acknowledgement would add nothing: RabbitMQ
        # closes a channel after half an hour without one, Redis delivers the message twice.
        task_acks_late=False,
        task_serializer="json",
        worker_concurrency=settings.WORKER_CONCURRENCY,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_pool="threads",
        worker_prefetch_multiplier=1,
        # Otherwise Celery would log what is written to standard error, and drop it as a loop.
        worker_redirect_stdouts=False,
    )
    return queue


def send(job_id: UUID) -> None:
    """Hand a job's id to the broker; raises ServiceUnavailableError where that is away."""
    queue = app_queue.current()
    try:
        queue.send_task(TASK, [str(job_id)])
    except _failures_of(queue) as error:
        raise ServiceUnavailableError from error


def _transport_options(uri: str) -> dict[str, Any]:
    if uri.startswith("amqp"):
        return {
            # Otherwise a message that RabbitMQ refuses would count as sent.
            "confirm_publish": True,
            "read_timeout": _NETWORK_SECONDS,
            "write_timeout": _NETWORK_SECONDS,
        }
    return {"socket_connect_timeout": _NETWORK_SECONDS, "socket_timeout": _NETWORK_SECONDS}


def _failures_of(queue: Celery) -> tuple[type[Exception], ...]:
    """Return what is raised where the broker is away, or refuses to take more."""
    transport = queue.connection_for_write().transport
    return (OperationalError, OSError, *transport.connection_errors, *transport.channel_errors)
