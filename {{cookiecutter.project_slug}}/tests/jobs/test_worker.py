"""Real workers: two with the same job, one that sleeps, one that is stopped."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from app.exports.models import ExportChunk
from app.jobs import attempts, queue
from app.jobs.models import JobState
from tests.fixtures.queue import PATIENCE_SECONDS, ask, await_export, find_job, is_done

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.queue import BeginExport, StartWorker


def test_two_workers_do_each_job_once(
    queue_app: Flask, queue_api: Api, account: Person, start_worker: StartWorker
) -> None:
    workers = start_worker(), start_worker()
    places = [ask(queue_api, account) for _ in range(8)]
    with queue_app.app_context():
        for place in [*places, *places]:
            queue.send(find_job(place).id)
    for place in places:
        assert await_export(queue_api, place, account, is_done)["attempts"] == 1
    assert len(ExportChunk.objects.distinct("holder")) == len(places)
    assert not any("Traceback" in worker.printed for worker in workers)


def test_a_worker_that_slept_beyond_its_lease_writes_nothing(
    queue_api: Api, account: Person, begin_export: BeginExport, start_worker: StartWorker
) -> None:
    place, sleeper = begin_export()
    sleeper.signal(signal.SIGSTOP)
    start_worker()
    export = await_export(queue_api, place, account, is_done)
    sleeper.signal(signal.SIGCONT)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "lost" not in sleeper.printed:
        assert time.monotonic() < deadline, sleeper.printed
        time.sleep(0.05)
    assert queue_api.get(place, account).json == export
    assert ExportChunk.objects.distinct("holder") == [find_job(place).holder]


def test_a_worker_that_is_told_to_end_gives_its_job_back_at_once(
    queue_app: Flask, begin_export: BeginExport
) -> None:
    place, worker = begin_export(JOB_LEASE_SECONDS="3600")
    began = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert time.monotonic() - began < 10
    assert worker.process.returncode == 0
    left = find_job(place)
    assert (left.state, left.attempts) == (JobState.PENDING, 0)
    assert ExportChunk.objects.count() == 0
    with queue_app.app_context():
        assert attempts.take(left.id) is not None


def test_the_log_names_the_job_and_its_request_and_nothing_of_the_account(
    queue_api: Api, account: Person, start_worker: StartWorker
) -> None:
    worker = start_worker()
    answer = queue_api.post("/api/v1/me/exports", account, status=202)
    await_export(queue_api, answer.headers["Location"], account, is_done)
    job, request = answer.json["id"], answer.headers["X-Request-ID"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while f"job {job} (request {request}), attempt 1: done" not in worker.printed:
        assert time.monotonic() < deadline, worker.printed
        time.sleep(0.05)
    assert account.email not in worker.printed
    assert account.display_name not in worker.printed
