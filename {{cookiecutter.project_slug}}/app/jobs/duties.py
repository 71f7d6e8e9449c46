"""What every worker does: jobs, by their kind, and what has to be looked after now and then."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import pymongo

from app.database import DATABASE_ERRORS, preparation
from app.errors import ServiceUnavailableError
#: if cookiecutter.task_queue
from app.exports import task as exports
#: endif
from app.extensions import app_settings
#: if cookiecutter.task_queue
from app.jobs import service
#: endif
from app.jobs.models import JobKind
#: if cookiecutter.mail
from app.mail import delivery, letters
#: endif

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import Event

    from flask import Flask

    from app.jobs.attempts import Attempt

# A handler does the work, reports its progress, and returns the size of what it made. It may be
# called again for the same job at any time, and then starts from the beginning.
HANDLERS: Final[Mapping[JobKind, Callable[[Attempt], int]]] = {
    #: if cookiecutter.task_queue
    JobKind.EXPORT: exports.make,
    #: endif
    #: if cookiecutter.mail
    JobKind.LETTER: delivery.deliver,
    #: endif
}
# What each worker does every few seconds, and how a log calls what was done.
CHORES: Final[Mapping[str, Callable[[], int]]] = {
    #: if cookiecutter.mail
    "letters released, of so many accounts: %d": letters.release_left,
    #: endif
    #: if cookiecutter.task_queue
    "sent %d jobs again": service.sweep,
    #: endif
}

# How often a worker looks for jobs that should have been taken by now.
_SWEEP_SECONDS = 5.0

logger = logging.getLogger(__name__)


def look_after(app: Flask, stopping: Event) -> None:
    """Do the chores at once and then regularly, until the worker is *stopping*."""
    seconds = min(_SWEEP_SECONDS, app_settings.of(app).JOB_LEASE_SECONDS / 4)
    while True:
        for told, chore in CHORES.items():
            _do(app, told, chore)
        if stopping.wait(seconds):
            return


def _do(app: Flask, told: str, chore: Callable[[], int]) -> None:
    try:
        with app.app_context():
            preparation.ensure_prepared()
            with pymongo.timeout(app_settings.of(app).JOB_LEASE_SECONDS):
                done = chore()
            if done:
                logger.info(told, done)
    except (ServiceUnavailableError, *DATABASE_ERRORS) as error:
        logger.warning("no job is looked after: %s", type(error).__name__)
    except Exception:
        # Whatever it was, the next time must come.
        logger.exception("no job is looked after")
