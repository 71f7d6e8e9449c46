"""Jobs: limited per account, sent again when lost, tried until they are done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from app.database.documents import utc_now
from app.errors import ServiceUnavailableError
from app.jobs import attempts, queue, service
from app.jobs.models import Job, JobKind, JobState
from tests.fixtures.accounts import delete
from tests.fixtures.queries import find_unserved


@pytest.fixture(autouse=True)
def _context(queue_app):
    with queue_app.app_context():
        yield


@pytest.fixture
def sent(monkeypatch) -> list:
    """Return the ids that are sent from now on, instead of sending them."""
    ids: list = []
    monkeypatch.setattr(queue, "send", ids.append)
    return ids


def submit(account, most: int = 10) -> Job | None:
    return service.submit(account.id, JobKind.EXPORT, most, str(uuid4()))


def make_due(job: Job) -> None:
    Job.objects(id=job.id).update(set__send_at=utc_now(), set__due_at=utc_now())


def work(job: Job, handler) -> None:
    service.work(job.id, {JobKind.EXPORT: handler}, lambda: False)


def test_a_job_is_stored_before_its_id_is_sent(account, monkeypatch):
    stored = []
    monkeypatch.setattr(queue, "send", lambda job_id: stored.append(Job.objects.get(id=job_id)))
    assert stored == [submit(account)]


def test_an_account_keeps_a_bounded_number_of_jobs(account, stranger, sent):
    kept = [submit(account, most=3) for _ in range(3)]
    assert submit(account, most=3) is None
    assert submit(stranger, most=3) is not None
    kept[1].delete()
    assert submit(account, most=3).slot == 1
    assert len(sent) == 5


def test_parallel_requests_cannot_exceed_the_number_of_jobs(queue_app, account, sent):
    def ask(_: int) -> bool:
        with queue_app.app_context():
            return submit(account, most=3) is not None

    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(ask, range(8))].count(True) == 3
    assert Job.objects.count() == len(sent) == 3


def test_expired_jobs_make_room(account, sent):
    old = submit(account, most=1)
    Job.objects(id=old.id).update(set__expires_at=utc_now())
    new = submit(account, most=1)
    assert [job.id for job in Job.objects] == [new.id] == sent[1:]


def test_nothing_is_swept_before_its_time(account, sent):
    submit(account)
    sent.clear()
    assert service.sweep() == 0
    assert sent == []


def test_a_job_that_nobody_takes_is_sent_again_at_doubling_intervals(account, sent):
    job = submit(account)
    waits = []
    for _ in range(3):
        make_due(job)
        assert service.sweep() == 1
        assert service.sweep() == 0
        swept = Job.objects.get()
        waits.append(round((swept.send_at - swept.updated_at).total_seconds()))
    assert sent == [job.id] * 4
    assert waits == [2, 4, 8]


def test_a_job_of_a_dead_worker_is_sent_again(account, sent):
    job = submit(account)
    attempts.take(job.id)
    make_due(job)
    sent.clear()
    assert service.sweep() == 1
    assert sent == [job.id]
    assert attempts.take(job.id)


def test_of_many_sweeps_one_sends_a_job(queue_app, account, sent):
    job = submit(account)
    make_due(job)
    sent.clear()

    def sweep(_: int) -> int:
        with queue_app.app_context():
            return service.sweep()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(sweep, range(8))) == 1
    assert sent == [job.id]


def test_a_sweep_without_a_broker_is_repeated_by_the_next_one(account, monkeypatch):
    job = submit(account)
    make_due(job)
    with monkeypatch.context() as patch:
        patch.setattr(queue, "send", lambda _: (_ for _ in ()).throw(ServiceUnavailableError))
        with pytest.raises(ServiceUnavailableError):
            service.sweep()
    assert service.sweep() == 1


@pytest.mark.usefixtures("sent")
def test_a_sweep_ends(account, monkeypatch):
    monkeypatch.setattr(service, "MOST_SENT", 2)
    for _ in range(3):
        make_due(submit(account))
    assert service.sweep() == 2
    assert service.sweep() == 1


@pytest.mark.usefixtures("sent")
def test_work_that_fails_is_logged_with_its_traceback_and_tried_again(account, caplog):
    job = submit(account)

    def fail(_):
        message = "broken on purpose"
        raise RuntimeError(message)

    work(job, fail)
    left = Job.objects.get()
    assert (left.state, left.attempts) == (JobState.PENDING, 1)
    assert left.due_at > utc_now()
    (record,) = (each for each in caplog.records if each.levelname == "ERROR")
    assert "broken on purpose" in record.exc_text or record.exc_info
    assert f"job {job.id} (request {job.request_id})" in record.getMessage()


@pytest.mark.usefixtures("sent")
def test_a_job_whose_lease_was_lost_is_left_alone(account):
    job = submit(account)

    def lose(_):
        Job.objects(id=job.id).update(set__holder=uuid4())
        raise attempts.LeaseLostError

    work(job, lose)
    assert Job.objects.get().state == JobState.RUNNING


def test_a_job_that_was_stopped_is_sent_again(account, sent):
    job = submit(account)

    def stop(_):
        raise attempts.StoppingError

    work(job, stop)
    assert Job.objects.get().state == JobState.PENDING
    assert sent == [job.id] * 2


@pytest.mark.usefixtures("sent")
def test_jobs_go_with_their_account(account, stranger):
    submit(account)
    kept = submit(stranger)
    delete(account)
    assert [job.id for job in Job.objects] == [kept.id]


@pytest.mark.usefixtures("sent")
def test_every_query_is_served_by_an_index(account, listen, database):
    with listen() as commands:
        job = submit(account)
        Job.objects(id=job.id).update(set__send_at=utc_now() - timedelta(seconds=1))
        service.sweep()
        delete(account)
    assert {command.name for command in commands} >= {"find", "insert", "update", "delete"}
    assert find_unserved(database, commands) == []
