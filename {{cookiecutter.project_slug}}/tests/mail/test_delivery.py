"""Deliveries: by a real server, which may refuse, be slow, tear the connection, or be away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from pymongo.errors import NetworkTimeout

from app.database.documents import utc_now
#: if cookiecutter.field_encryption
from app.extensions import settings
#: endif
from app.jobs import attempts
from app.jobs import service as jobs
from app.jobs.duties import HANDLERS
from app.jobs.models import Job, JobState
from app.mail import delivery
from app.mail.letters import Purpose
from dev import ports
from tests.fixtures.mail import (
    LINK,
    MailServer,
    deliver_all,
    make_due,
    tear,
    told_by_app,
    until,
)


@pytest.fixture(autouse=True)
def _context(mail_app):
    with mail_app.app_context():
        yield


def test_a_letter_is_delivered_once(mail_app, mail_server, post, account):
    job = post(account, Purpose.RESET)
    for _ in range(2):
        deliver_all(mail_app)
    (letter,) = mail_server.taken
    assert letter["To"] == account.email
    assert LINK in letter.get_body(("plain",)).get_content()
    done = Job.objects.get(id=job.id)
    assert (done.state, done.attempts) == (JobState.DONE, 1)


@pytest.mark.checklist("output.no-secrets")
def test_a_letter_leaves_no_text_behind(mail_app, post, account, database):
    post(account)
    deliver_all(mail_app)
    left = database["jobs"].find_one()
    assert "payload" not in left
    assert LINK not in str(left)
    assert left["expiresAt"] > utc_now()


#: if cookiecutter.field_encryption
def test_a_letter_that_no_key_opens_waits_and_keeps_no_other(mail_server, post, account, database):
    """A worker with the key may come; without one the letter is too old some day."""
    closed, other = post(account), post(account)
    database["jobs"].update_one({"_id": closed.id}, {"$set": {"payload": b"\x01 of another key"}})
    #: if cookiecutter.task_queue
    # Both ids are sent anew, as those that a broker has forgotten.
    database["jobs"].update_many({}, {"$set": {"sendAt": utc_now()}})
    assert jobs.sweep() == 2
    #: endif
    for _ in range(settings.JOB_MAX_ATTEMPTS + 1):
        make_due(closed)
        for job in (closed, other):
            jobs.work(job.id, HANDLERS, lambda: False)
    states = {record["_id"]: record["state"] for record in database["jobs"].find()}
    assert states == {closed.id: JobState.PENDING, other.id: JobState.DONE}
    assert len(mail_server.taken) == 1
    long_ago = {"$set": {"createdAt": utc_now() - timedelta(days=1)}}
    database["jobs"].update_one({"_id": closed.id}, long_ago)
    make_due(closed)
    jobs.work(closed.id, HANDLERS, lambda: False)
    assert database["jobs"].find_one({"_id": closed.id})["failure"] == delivery.EXPIRED


#: endif
def test_a_letter_of_a_newer_release_waits_for_its_worker(
    mail_app, mail_server, post, account, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "Purpose", [])
        job = post(account)
        deliver_all(mail_app)
    assert Job.objects.exclude("payload").get(id=job.id).delays == 1
    make_due(job)
    deliver_all(mail_app)
    assert len(mail_server.taken) == 1


def test_of_many_workers_one_sends_a_letter(mail_app, mail_server, post, account):
    job = post(account)

    def work(_: int) -> None:
        with mail_app.app_context():
            jobs.work(job.id, HANDLERS, lambda: False)

    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(work, range(16))] == [None] * 16
    assert len(mail_server.taken) == 1


@pytest.mark.parametrize("reply", ["250 OK", "251 User not local; will forward"])
def test_a_recipient_elsewhere_is_taken_too(mail_app, mail_server, post, account, reply):
    mail_server.to_recipient.append(reply)
    job = post(account)
    deliver_all(mail_app)
    assert Job.objects.get(id=job.id).state == JobState.DONE
    assert len(mail_server.taken) == 1


@pytest.mark.parametrize("place", ["to_recipient", "to_content"])
def test_a_letter_that_is_refused_for_good_ends(mail_app, mail_server, post, account, place):
    getattr(mail_server, place).append("550 nobody here")
    job = post(account)
    deliver_all(mail_app)
    ended = Job.objects.get(id=job.id)
    assert (ended.state, ended.failure, ended.payload) == (JobState.FAILED, delivery.REFUSED, None)
    make_due(job)
    deliver_all(mail_app)
    assert (mail_server.taken, mail_server.attempts) == ([], 1)


@pytest.mark.checklist("output.no-secrets")
def test_a_refusal_is_logged_without_the_words_of_the_server(
    mail_app, mail_server, post, account, caplog
):
    mail_server.to_recipient.append(f"550 no {account.email} here")
    job = post(account)
    deliver_all(mail_app)
    assert f"letter {job.id} (confirm): the server said 550" in told_by_app(caplog)
    assert account.email not in told_by_app(caplog)


@pytest.mark.parametrize("place", ["to_recipient", "to_content"])
def test_a_letter_that_is_refused_for_now_is_sent_later(
    mail_app, mail_server, post, account, place
):
    getattr(mail_server, place).append("451 greylisted")
    job = post(account)
    deliver_all(mail_app)
    put_off = Job.objects.get(id=job.id)
    assert (put_off.state, put_off.attempts, put_off.delays) == (JobState.PENDING, 0, 1)
    assert put_off.due_at > utc_now()
    make_due(job)
    deliver_all(mail_app)
    assert len(mail_server.taken) == 1


def test_pauses_grow_and_are_never_too_many(mail_app, mail_server, post, account):
    job = post(account)
    pauses = []
    for _ in range(8):
        mail_server.to_recipient.append("451 not now")
        make_due(job)
        deliver_all(mail_app)
        put_off = Job.objects.get(id=job.id)
        pauses.append((put_off.due_at - put_off.updated_at).total_seconds())
    for number, pause in enumerate(pauses):
        assert 5 * 2**number / 2 <= pause <= 5 * 2**number * 1.5
    assert put_off.state == JobState.PENDING


def test_a_letter_that_is_too_old_is_given_up(mail_app, mail_server, post, account):
    job = post(account)
    Job.objects(id=job.id).update(set__created_at=utc_now() - timedelta(days=1))
    deliver_all(mail_app)
    ended = Job.objects.get(id=job.id)
    assert (ended.state, ended.failure) == (JobState.FAILED, delivery.EXPIRED)
    assert mail_server.taken == []


@pytest.mark.parametrize("purpose", [Purpose.RESET, Purpose.CONFIRM])
def test_a_link_that_opens_nothing_is_not_sent(make_app, mail_server, post, account, purpose):
    job = post(account, purpose)
    Job.objects(id=job.id).update(set__created_at=utc_now() - timedelta(hours=2))
    deliver_all(make_app(MAIL_URI=mail_server.uri, CONFIRM_TOKEN_SECONDS=7200))
    assert Job.objects.get(id=job.id).failure == delivery.EXPIRED
    assert mail_server.taken == []


def test_a_letter_that_is_sent_stays_so_where_the_word_of_it_is_lost(
    mail_server, post, account, monkeypatch
):
    end = attempts.Attempt._end

    def end_unheard(attempt, **changes):
        end(attempt, **changes)
        raise NetworkTimeout

    job = post(account)
    monkeypatch.setattr(attempts.Attempt, "_end", end_unheard)
    jobs.work(job.id, HANDLERS, lambda: False)
    assert Job.objects.get(id=job.id).state == JobState.DONE
    assert len(mail_server.taken) == 1


def test_a_server_that_is_away_is_asked_again(make_app, post, account, mail_server, mail_app):
    job = post(account)
    deliver_all(make_app(MAIL_URI=f"smtp://127.0.0.1:{ports.find_free()}"))
    assert Job.objects.get(id=job.id).delays == 1
    make_due(job)
    deliver_all(mail_app)
    assert len(mail_server.taken) == 1


def test_a_torn_connection_is_no_delivery(mail_app, mail_server, post, account):
    async def once(server):
        mail_server.on_content = None
        tear(server)

    mail_server.on_content = once
    mail_server.to_content.append("451 nobody hears this")
    job = post(account)
    deliver_all(mail_app)
    assert Job.objects.get(id=job.id).attempts == 1
    assert mail_server.taken == []
    make_due(job)
    deliver_all(mail_app)
    assert len(mail_server.taken) == 1


def test_a_server_that_dies_before_it_says_so_gets_the_very_same_letter(
    mail_app, mail_server, post, account
):
    def once(server):
        mail_server.on_taken = None
        tear(server)

    mail_server.on_taken = once
    job = post(account)
    deliver_all(mail_app)
    make_due(job)
    deliver_all(mail_app)
    first, second = mail_server.taken
    assert first["Message-ID"] == second["Message-ID"] == f"<{job.id}@tests.test>"
    assert first["Date"] == second["Date"]


def test_a_reader_has_a_copy_for_each_attempt_and_no_more(mail_app, mail_server, post, account):
    mail_server.on_taken = tear
    job = post(account)
    for _ in range(7):
        make_due(job)
        deliver_all(mail_app)
    assert len(mail_server.taken) == 5
    assert Job.objects.get(id=job.id).failure == "attempts-exhausted"


def test_a_server_that_dies_after_it_said_so_has_the_letter(make_app, start_mail, post, account):
    class Rude(MailServer):
        async def handle_QUIT(self, server, *_):  # noqa: N802 - aiosmtpd's name.
            tear(server)
            return "221 Bye"

    rude = start_mail(Rude())
    job = post(account)
    deliver_all(make_app(MAIL_URI=rude.uri))
    assert Job.objects.get(id=job.id).state == JobState.DONE
    assert len(rude.taken) == 1


def test_a_slow_server_does_not_hold_a_worker(make_app, mail_server, post, account):
    never = Event()

    async def wait(_):
        await until(never)

    mail_server.on_content = wait
    job = post(account)
    deliver_all(make_app(MAIL_URI=mail_server.uri, MAIL_TIMEOUT_SECONDS=1))
    never.set()
    assert Job.objects.get(id=job.id).attempts == 1


def test_whoever_lost_the_lease_sends_nothing(mail_server, post, account):
    job = post(account)

    def lose(attempt):
        Job.objects(id=job.id).update(set__due_at=utc_now())
        assert attempts.take(job.id)
        return delivery.deliver(attempt)

    jobs.work(job.id, dict.fromkeys(HANDLERS, lose), lambda: False)
    assert mail_server.taken == []
    assert Job.objects.get(id=job.id).state == JobState.RUNNING


def test_an_address_beyond_ascii_is_written_as_the_server_takes_it(
    mail_app, mail_server, post, account
):
    post(account, to="김민지@예시.test")
    post(account, to="minji@예시.test")
    deliver_all(mail_app)
    by_recipient = {each.rcpt_tos[0]: each for each in mail_server.envelopes}
    assert by_recipient.keys() == {"김민지@예시.test", "minji@xn--vv4b11d.test"}
    assert "SMTPUTF8" in by_recipient["김민지@예시.test"].mail_options
    assert "To: 김민지@예시.test".encode() in by_recipient["김민지@예시.test"].content
    assert by_recipient["minji@xn--vv4b11d.test"].content.isascii()


def test_a_server_of_ascii_alone_refuses_an_address_beyond_it(make_app, start_mail, post, account):
    plain = start_mail(enable_SMTPUTF8=False)
    job = post(account, to="김민지@예시.test")
    deliver_all(make_app(MAIL_URI=plain.uri))
    assert Job.objects.get(id=job.id).failure == delivery.REFUSED
    assert plain.attempts == 0


@pytest.mark.checklist("output.no-secrets")
def test_no_log_line_has_an_address_or_a_link(mail_app, mail_server, post, account, caplog):
    caplog.set_level("INFO")
    for reply in ("250 OK", "451 not now", "550 never"):
        mail_server.to_recipient.append(reply)
        post(account)
        deliver_all(mail_app)
    assert "done" in told_by_app(caplog)
    assert account.email not in told_by_app(caplog)
    assert LINK not in told_by_app(caplog)
