"""Real workers: one that is killed loses no letter, one that is told to end finishes its own."""

from __future__ import annotations

import signal
from threading import Event
from typing import TYPE_CHECKING, Any

from app.jobs.models import Job, JobState
from app.mail.letters import Purpose
from tests.fixtures.mail import LINK, await_that, prepare, push, tear, until

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.mail import MailServer, Post, StartMailWorker


def test_a_worker_that_is_killed_loses_no_letter_and_sends_none_twice(
    mail_server: MailServer, post: Post, account: Person, start_mail_worker: StartMailWorker
) -> None:
    held, never = Event(), Event()

    async def hold(server: Any) -> None:
        mail_server.on_content = None
        mail_server.to_content.append("451 its client is dead")
        held.set()
        await until(never)
        tear(server)

    mail_server.on_content = hold
    posted = {str(post(account).id) for _ in range(5)}
    worker = start_mail_worker(WORKER_CONCURRENCY="1")
    assert held.wait(30)
    worker.signal(signal.SIGKILL)
    never.set()
    start_mail_worker()
    await_that(lambda: len(mail_server.taken) >= len(posted))
    await_that(lambda: Job.objects(state=JobState.DONE).count() == len(posted))
    assert sorted(each["Message-ID"][1:37] for each in mail_server.taken) == sorted(posted)


def test_a_worker_that_is_told_to_end_finishes_its_letter(
    mail_server: MailServer, post: Post, account: Person, start_mail_worker: StartMailWorker
) -> None:
    held, told = Event(), Event()

    async def hold(_: Any) -> None:
        held.set()
        await until(told)

    mail_server.on_content = hold
    post(account)
    worker = start_mail_worker(JOB_LEASE_SECONDS="60")
    assert held.wait(30)
    worker.process.send_signal(signal.SIGTERM)
    told.set()
    assert worker.process.wait(30) == 0
    assert len(mail_server.taken) == 1
    assert Job.objects.get().state == JobState.DONE
    assert "Traceback" not in worker.printed


def test_a_letter_that_its_process_left_behind_is_sent(
    mail_app: Flask, mail_server: MailServer, account: Person, start_mail_worker: StartMailWorker
) -> None:
    with mail_app.app_context():
        push(account, prepare(account, Purpose.RESET))
    worker = start_mail_worker()
    await_that(lambda: bool(mail_server.taken))
    worker.signal(signal.SIGTERM)
    # Nothing of a letter is in a log.
    assert "done" in worker.printed
    assert LINK not in worker.printed
    assert account.email not in worker.printed
