"""Real workers: two that want the same job, one that falls asleep, one that is told to end."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from app.models.exports import ExportChunk
from app.models.jobs import JobState
from app.services import attempts, queue
from tests.fixtures.queue import (
    PATIENCE_SECONDS,
    SLOWLY,
    ask,
    await_export,
    find_job,
    is_begun,
    is_done,
)

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.queue import MakeBelongings, StartWorker

MANY = 100


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


def test_a_worker_that_slept_beyond_its_lease_writes_nothing_more(
    queue_api: Api,
    account: Person,
    make_belongings: MakeBelongings,
    start_worker: StartWorker,
) -> None:
    make_belongings(account, MANY)
    place = ask(queue_api, account)
    sleeper = start_worker(**SLOWLY)
    await_export(queue_api, place, account, is_begun)
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
    queue_app: Flask,
    queue_api: Api,
    account: Person,
    make_belongings: MakeBelongings,
    start_worker: StartWorker,
) -> None:
    make_belongings(account, MANY)
    place = ask(queue_api, account)
    worker = start_worker(JOB_LEASE_SECONDS="3600", **SLOWLY)
    await_export(queue_api, place, account, is_begun)
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
