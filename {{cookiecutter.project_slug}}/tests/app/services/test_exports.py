"""Exports of one account: nothing of other accounts or of other attempts."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from app.errors import ExportNotReadyError, NotFoundError, TooManyExportsError
from app.models.accounts import Deletion
from app.models.base import utc_now
from app.models.exports import ExportChunk
from app.models.jobs import Job
from app.services import account_deletion, exports, job_attempts
from app.services.pagination import PageRequest
from tests.fixtures.accounts import delete
from tests.fixtures.queries import find_unserved


@pytest.fixture(autouse=True)
def _context(queue_app):
    with queue_app.app_context():
        yield


@pytest.fixture
def export(account) -> Job:
    """Return a requested export."""
    return exports.create(account.id, str(uuid4()))


def write(attempt: job_attempts.Attempt, *contents: bytes) -> None:
    for number, content in enumerate(contents):
        exports.store_chunk(attempt, number, content)


def finish(export: Job) -> job_attempts.Attempt:
    attempt = job_attempts.take(export.id)
    write(attempt, b"{", b"}")
    attempt.finish(2)
    return attempt


def read(account, export: Job) -> bytes:
    size, chunks = exports.read(account.id, export.id)
    content = b"".join(chunks)
    assert len(content) == size
    return content


def test_a_finished_export_can_be_read(account, export):
    finish(export)
    assert read(account, export) == b"{}"


def test_an_unfinished_export_cannot_be_read(account, export):
    with pytest.raises(ExportNotReadyError):
        exports.read(account.id, export.id)
    write(job_attempts.take(export.id), b"{")
    with pytest.raises(ExportNotReadyError):
        exports.read(account.id, export.id)


def test_chunks_of_another_attempt_are_never_read(account, export):
    lost = job_attempts.take(export.id)
    write(lost, b"torn", b"torn")
    Job.objects(id=export.id).update(set__due_at=utc_now())
    finish(export)
    exports.store_chunk(lost, 2, b"late")
    assert read(account, export) == b"{}"


def test_an_attempt_can_remove_its_own_chunks_and_those_of_others(export):
    first = job_attempts.take(export.id)
    write(first, b"torn")
    Job.objects(id=export.id).update(set__due_at=utc_now())
    second = job_attempts.take(export.id)
    write(second, b"new")
    exports.discard_of_others(second)
    assert ExportChunk.objects.distinct("holder") == [second.holder]
    exports.discard(second)
    assert ExportChunk.objects.count() == 0


@pytest.mark.checklist("proc.me")
def test_an_export_of_another_account_is_not_there(stranger, export):
    finish(export)
    for act in (exports.find, exports.read, exports.delete):
        with pytest.raises(NotFoundError):
            act(stranger.id, export.id)
    assert exports.list_page(stranger.id, PageRequest(20, "createdAt")).items == []


def test_an_expired_export_is_not_found_even_before_it_is_removed(account, export):
    finish(export)
    Job.objects(id=export.id).update(set__expires_at=utc_now())
    for act in (exports.find, exports.read, exports.delete):
        with pytest.raises(NotFoundError):
            act(account.id, export.id)
    assert exports.list_page(account.id, PageRequest(20, "createdAt")).items == []


def test_chunks_outlive_their_export(export):
    finish(export)
    assert ExportChunk.objects.first().expires_at > Job.objects.get().expires_at


def test_an_account_cannot_exceed_its_number_of_exports(account):
    for _ in range(10):
        exports.create(account.id, str(uuid4()))
    with pytest.raises(TooManyExportsError):
        exports.create(account.id, str(uuid4()))


@pytest.mark.parametrize("is_by_account", [True, False])
def test_chunks_are_deleted_with_their_export_and_with_their_account(
    account, export, *, is_by_account
):
    finish(export)
    if is_by_account:
        delete(account)
    else:
        exports.delete(account.id, export.id)
    assert (Job.objects.count(), ExportChunk.objects.count()) == (0, 0)


@pytest.mark.checklist("proc.me")
def test_chunks_of_a_killed_worker_are_deleted_with_the_account(account, export, database):
    attempt = job_attempts.take(export.id)
    delete(account)
    write(attempt, b"{")
    Deletion.objects.update(set__due_at=utc_now())
    account_deletion.sweep()
    assert database["export_chunks"].count_documents({}) == 0


def test_a_second_page_follows_the_first(account):
    asked = [exports.create(account.id, str(uuid4())).id for _ in range(3)]
    first = exports.list_page(account.id, PageRequest(2, "createdAt"))
    second = exports.list_page(account.id, PageRequest(2, "createdAt", first.next_cursor))
    assert [job.id for job in [*first.items, *second.items]] == asked
    assert second.next_cursor is None


def test_every_query_is_served_by_an_index(account, listen, database):
    with listen() as commands:
        export = exports.create(account.id, str(uuid4()))
        finish(export)
        read(account, export)
        for sort in ("createdAt", "-createdAt"):
            page = exports.list_page(account.id, PageRequest(1, sort))
        exports.list_page(account.id, PageRequest(1, sort, page.next_cursor))
        Job.objects(id=export.id).update(set__expires_at=utc_now() + timedelta(days=1))
        exports.delete(account.id, export.id)
    assert {command.name for command in commands} >= {"find", "insert", "update", "delete"}
    assert find_unserved(database, commands) == []
