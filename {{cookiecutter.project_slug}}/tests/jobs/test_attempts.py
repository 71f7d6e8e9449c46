"""Attempts: one holder at a time, and writes of any other are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from app.database.documents import utc_now
from app.errors import ServiceUnavailableError
from app.jobs import attempts, queue, service
from app.jobs.models import Job, JobKind, JobState
from tests.fixtures.queries import find_unserved


@pytest.fixture(autouse=True)
def _context(queue_app):
    with queue_app.app_context():
        yield


@pytest.fixture
def job(account) -> Job:
    """Return a job that nobody has taken."""
    return service.submit(account.id, JobKind.EXPORT, 10, str(uuid4()))


@pytest.fixture
def attempt(job) -> attempts.Attempt:
    """Return an attempt that has the job."""
    return attempts.take(job.id)


def end_lease(job: Job) -> None:
    Job.objects(id=job.id).update(set__due_at=utc_now())


def test_of_many_workers_one_gets_a_job(queue_app, job):
    def take(_: int) -> bool:
        with queue_app.app_context():
            return attempts.take(job.id) is not None

    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(take, range(16))].count(True) == 1
    assert Job.objects.get().attempts == 1


def test_a_job_that_is_not_due_or_does_not_exist_is_not_taken(job):
    Job.objects(id=job.id).update(set__due_at=utc_now() + timedelta(seconds=60))
    assert attempts.take(job.id) is None
    assert attempts.take(uuid4()) is None


def test_a_report_extends_the_lease(job, attempt):
    end_lease(job)
    attempt.report(3, 7)
    assert attempts.take(job.id) is None
    told = Job.objects.get()
    assert (told.done, told.total, told.state) == (3, 7, JobState.RUNNING)


def test_an_attempt_that_lost_its_lease_changes_nothing(job, attempt):
    end_lease(job)
    assert attempts.take(job.id)
    before = Job.objects.get().to_mongo()
    for write in (lambda: attempt.report(1, 1), lambda: attempt.finish(1), attempt.fail):
        with pytest.raises(attempts.LeaseLostError):
            write()
    attempt.retry()
    attempt.give_back()
    assert Job.objects.get().to_mongo() == before


def test_a_deleted_job_is_lost(job, attempt):
    Job.objects(id=job.id).delete()
    with pytest.raises(attempts.LeaseLostError):
        attempt.report(1, 1)


def test_a_finished_job_is_never_taken_again(job, attempt):
    attempt.finish(12)
    done = Job.objects.get()
    assert (done.state, done.size, done.due_at, done.send_at) == (JobState.DONE, 12, None, None)
    assert done.expires_at - done.finished_at == timedelta(days=7)
    assert attempts.take(job.id) is None


def test_a_stopping_worker_gives_its_job_back(job):
    attempt = attempts.take(job.id, lambda: True)
    with pytest.raises(attempts.StoppingError):
        attempt.report(1, 2)
    attempt.give_back()
    left = Job.objects.get()
    assert (left.state, left.attempts) == (JobState.PENDING, 0)
    assert attempts.take(job.id)


def test_a_job_is_given_back_without_a_broker_too(attempt, monkeypatch):
    def fail(_):
        raise ServiceUnavailableError

    monkeypatch.setattr(queue, "send", fail)
    attempt.give_back()
    assert Job.objects.get().state == JobState.PENDING


def test_an_endless_attempt_is_ended(attempt, monkeypatch):
    monkeypatch.setattr(attempts, "LONGEST_RUN_SECONDS", -1)
    with pytest.raises(attempts.OverlongRunError):
        attempt.report(1, 2)


def test_a_job_that_kills_its_workers_fails_in_the_end(job):
    for _ in range(5):
        assert attempts.take(job.id)
        end_lease(job)
    assert attempts.take(job.id) is None
    failed = Job.objects.get()
    assert (failed.state, failed.failure) == (JobState.FAILED, attempts.EXHAUSTED)


def test_pauses_have_a_maximum(monkeypatch):
    monkeypatch.setattr(attempts, "LONGEST_PAUSE_SECONDS", 20)
    assert all(10 <= attempts._pause_after(attempt) <= 30 for attempt in range(3, 200))


def test_every_query_is_served_by_an_index(job, listen, database):
    with listen() as commands:
        attempt = attempts.take(job.id)
        attempt.report(1, 2)
        attempt.give_back()
        service.sweep()
        attempts.take(job.id).finish(1)
    assert {command.name for command in commands} == {"find", "findAndModify", "update"}
    assert find_unserved(database, commands) == []
