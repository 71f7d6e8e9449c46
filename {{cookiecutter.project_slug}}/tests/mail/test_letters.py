"""Letters: written with the change that causes them, one for each cause, and never too many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from pymongo.errors import AutoReconnect

from app.accounts.models import Account, stored_accounts
from app.database.documents import utc_now
from app.jobs import service as jobs
from app.jobs.models import Job, JobKind, JobState
from app.mail import letters
from app.mail.letters import Purpose
from tests.fixtures.accounts import delete
from tests.fixtures.mail import LINK, prepare, push
from tests.fixtures.queries import find_unserved


@pytest.fixture(autouse=True)
def _context(mail_app):
    with mail_app.app_context():
        yield


def pending(account) -> list:
    return stored_accounts().find_one({"_id": account.id}).get("pendingLetters", [])


def test_a_letter_is_a_member_of_its_account_until_it_is_released(account):
    letter = prepare(account)
    push(account, letter)
    assert Job.objects.count() == 0
    letters.release(account.id)
    job = Job.objects.get()
    assert (job.id, job.kind, job.state) == (letter["id"], JobKind.LETTER, JobState.PENDING)
    assert job.created_at == letter["createdAt"]
    # It is gone in the end, worker or not.
    assert job.expires_at - job.created_at == timedelta(days=2)
    assert LINK.encode() in job.payload
    assert pending(account) == []


def test_one_update_writes_the_change_and_its_letter_or_neither(account):
    changed = {"$set": {"displayName": "x"}, "$push": {"pendingLetters": prepare(account)}}
    stored_accounts().update_one({"_id": uuid4()}, changed)
    assert pending(account) == []
    pipeline = [{"$set": {"pendingLetters": {"$literal": [prepare(account)]}}}]
    stored_accounts().update_one({"_id": account.id}, pipeline)
    letters.release(account.id)
    assert LINK.encode() in Job.objects.get().payload


def test_a_cause_has_one_letter_however_often_it_is_told(account):
    for _ in range(3):
        push(account, prepare(account, cause="a change"))
        letters.release(account.id)
    Job.objects.update(set__state=JobState.DONE, unset__due_at=True, unset__payload=True)
    push(account, prepare(account, cause="a change"))
    letters.release(account.id)
    assert Job.objects.get().state == JobState.DONE
    push(account, prepare(account, cause="another change"))
    push(account, prepare(account, Purpose.PASSWORD_CHANGED, cause="a change"))
    letters.release(account.id)
    assert Job.objects.count() == 3


def test_one_cause_for_two_accounts_has_two_letters(account, stranger):
    for each in (account, stranger):
        push(each, prepare(each, cause="a change"))
        letters.release(each.id)
    assert Job.objects.count() == 2


def test_of_many_releases_at_once_each_letter_becomes_one_job(mail_app, account):
    push(account, *(prepare(account) for _ in range(5)))

    def release(_: int) -> None:
        with mail_app.app_context():
            letters.release(account.id)

    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(release, range(16))] == [None] * 16
    assert Job.objects.count() == 5
    assert pending(account) == []


def test_a_letter_that_a_process_left_behind_is_released_by_a_worker(account):
    push(account, prepare(account))
    assert letters.release_left() == 0
    old = utc_now() - timedelta(seconds=6)
    stored_accounts().update_one({"_id": account.id}, {"$set": {"pendingLetters.0.createdAt": old}})
    assert letters.release_left() == 1
    assert letters.release_left() == 0
    assert Job.objects.count() == 1


def test_a_database_that_is_away_does_not_undo_the_change(account, monkeypatch, caplog):
    push(account, prepare(account))
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "keep", lambda *_: (_ for _ in ()).throw(AutoReconnect(LINK)))
        letters.release(account.id)
    assert "letters are released later: AutoReconnect" in caplog.text
    assert len(pending(account)) == 1
    letters.release(account.id)
    assert Job.objects.count() == 1


def test_an_account_without_letters_is_only_read(account, listen):
    with listen() as commands:
        letters.release(account.id)
    assert [command.name for command in commands] == ["find"]


def test_letters_go_with_their_account(account, stranger):
    for each in (account, stranger):
        push(each, prepare(each))
        letters.release(each.id)
    push(account, prepare(account))
    delete(account)
    letters.release(account.id)
    assert [job.account.pk for job in Job.objects] == [stranger.id]


def test_each_letter_wants_the_values_of_its_texts(account):
    with pytest.raises(TypeError, match="a letter of confirm wants link"):
        letters.prepare(Purpose.CONFIRM, account.id, account.email, "en", "x")
    with pytest.raises(TypeError, match="a letter of account-exists wants no values"):
        letters.prepare(Purpose.ACCOUNT_EXISTS, account.id, account.email, "en", "x", name="x")


def test_each_purpose_has_a_room_of_its_own(account, stranger):
    told = [letters.has_room(account.id, Purpose.RESET) for _ in range(6)]
    assert told == [True] * 5 + [False]
    assert letters.has_room(account.id, Purpose.CONFIRM)
    assert letters.has_room(stranger.id, Purpose.RESET)


def test_a_room_is_free_again_after_its_time(account):
    key = Account.email_index_for(account.email)
    assert [letters.has_room(key, Purpose.CONFIRM, -1) for _ in range(7)] == [True] * 7


def test_many_at_once_do_not_exceed_a_room(mail_app, account):
    assert letters.has_room(account.id, Purpose.RESET)

    def ask(_: int) -> bool:
        with mail_app.app_context():
            return letters.has_room(account.id, Purpose.RESET)

    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(ask, range(16))].count(True) == 4


def test_every_query_is_served_by_an_index(account, listen, database):
    push(account, prepare(account))
    with listen() as commands:
        letters.release(account.id)
        letters.release_left()
        letters.has_room(account.id, Purpose.RESET)
    assert {"find", "insert", "update", "findAndModify"} == {each.name for each in commands}
    assert find_unserved(database, commands) == []
#: if cookiecutter.field_encryption


@pytest.mark.checklist("auth.encrypt")
def test_nothing_of_a_letter_is_stored_in_clear(account, database):
    push(account, prepare(account))
    stored = [database["accounts"].find_one({"_id": account.id})["pendingLetters"]]
    letters.release(account.id)
    stored += [*database["jobs"].find()]
    assert len(stored) == 2
    for word in (LINK, account.email, "canary"):
        assert word not in str(stored)
#: endif
