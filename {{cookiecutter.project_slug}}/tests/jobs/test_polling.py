"""The worker that asks the database: it takes what is due, oldest first, and goes on."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from pymongo.errors import AutoReconnect

from app.database.documents import utc_now
from app.jobs import duties, polling
from app.jobs.models import Job, JobState
from app.mail import letters
from tests.fixtures.mail import await_that
from tests.fixtures.queries import find_unserved


@pytest.fixture(autouse=True)
def _context(mail_app):
    with mail_app.app_context():
        yield


def work_once(app) -> bool:
    return polling.work_once(app, Event())


def test_what_has_been_due_for_longest_comes_first(mail_app, mail_server, post, account):
    newer, older, later = post(account), post(account), post(account)
    for job, seconds in ((newer, -1), (older, -2), (later, 60)):
        due_at = utc_now() + timedelta(seconds=seconds)
        Job.objects(id=job.id).update(set__due_at=due_at)
    assert [work_once(mail_app) for _ in range(3)] == [True, True, False]
    ids = [letter["Message-ID"][1:37] for letter in mail_server.taken]
    assert ids == [str(older.id), str(newer.id)]
    assert Job.objects.get(id=later.id).state == JobState.PENDING


def test_a_job_of_a_newer_release_is_left_to_its_workers(mail_app, post, account, database):
    job = post(account)
    database["jobs"].update_one({"_id": job.id}, {"$set": {"kind": "newer"}})
    assert not work_once(mail_app)
    assert database["jobs"].find_one()["attempts"] == 0


@pytest.fixture
def failing(monkeypatch) -> None:
    """Let the first two looks for a job fail."""
    failures = [AutoReconnect("away"), RuntimeError("broken on purpose")]
    find = polling._find_due

    def fail_first(seconds):
        if failures:
            raise failures.pop(0)
        return find(seconds)

    monkeypatch.setattr(polling, "_find_due", fail_first)
    monkeypatch.setattr(polling, "PAUSE_SECONDS", 0.01)


@pytest.mark.usefixtures("failing")
def test_a_worker_goes_on_after_a_failure_and_ends_when_it_is_told(
    mail_app, mail_server, post, account, caplog
):
    post(account)
    stopping = Event()
    worker = Thread(target=polling.work, args=(mail_app, stopping))
    worker.start()
    await_that(lambda: bool(mail_server.taken))
    stopping.set()
    worker.join(10)
    assert not worker.is_alive()
    assert "no job is found: AutoReconnect" in caplog.text
    assert "broken on purpose" in caplog.text


@pytest.mark.parametrize("error", [AutoReconnect("away"), RuntimeError("broken on purpose")])
def test_a_chore_that_fails_is_done_next_time(mail_app, monkeypatch, caplog, error):
    monkeypatch.setattr(duties, "_SWEEP_SECONDS", 0.01)
    done, stopping = [], Event()

    def fail_first():
        done.append(True)
        if len(done) == 1:
            raise error
        stopping.set()
        return 3

    monkeypatch.setattr(duties, "CHORES", {"did %d things": fail_first})
    caplog.set_level("INFO")
    duties.look_after(mail_app, stopping)
    assert len(done) == 2
    assert "no job is looked after" in caplog.text
    assert "did 3 things" in caplog.text


def test_workers_release_letters_that_were_left():
    assert letters.release_left in duties.CHORES.values()


def test_every_query_is_served_by_an_index(mail_app, post, account, listen, database):
    post(account)
    with listen() as commands:
        work_once(mail_app)
    assert {"find", "findAndModify", "update"} == {each.name for each in commands}
    assert find_unserved(database, commands) == []
