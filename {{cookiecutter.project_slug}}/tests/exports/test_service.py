"""Exports of one account: nothing of other accounts or of other attempts."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from app.accounts import deletion
from app.accounts.models import Deletion
from app.database.documents import utc_now
from app.errors import NotFoundError
from app.exports import service
from app.exports.errors import ExportNotReadyError, TooManyExportsError
from app.exports.models import ExportChunk
from app.jobs import attempts
from app.jobs.models import Job
from app.pagination import PageRequest
from tests.fixtures.accounts import delete
from tests.fixtures.queries import find_unserved


@pytest.fixture(autouse=True)
def _context(queue_app):
    with queue_app.app_context():
        yield


@pytest.fixture
def export(account) -> Job:
    """Return a requested export."""
    return service.create(account.id, str(uuid4()))


def write(attempt: attempts.Attempt, *contents: bytes) -> None:
    for number, content in enumerate(contents):
        service.store_chunk(attempt, number, content)


def finish(export: Job) -> attempts.Attempt:
    attempt = attempts.take(export.id)
    write(attempt, b"{", b"}")
    attempt.finish(2)
    return attempt


def read(account, export: Job) -> bytes:
    size, chunks = service.read(account.id, export.id)
    content = b"".join(chunks)
    assert len(content) == size
    return content


def test_a_finished_export_can_be_read(account, export):
    finish(export)
    assert read(account, export) == b"{}"


def test_an_unfinished_export_cannot_be_read(account, export):
    with pytest.raises(ExportNotReadyError):
        service.read(account.id, export.id)
    write(attempts.take(export.id), b"{")
    with pytest.raises(ExportNotReadyError):
        service.read(account.id, export.id)


def test_chunks_of_another_attempt_are_never_read(account, export):
    lost = attempts.take(export.id)
    write(lost, b"torn", b"torn")
    Job.objects(id=export.id).update(set__due_at=utc_now())
    finish(export)
    service.store_chunk(lost, 2, b"late")
    assert read(account, export) == b"{}"


def test_an_attempt_can_remove_its_own_chunks_and_those_of_others(export):
    first = attempts.take(export.id)
    write(first, b"torn")
    Job.objects(id=export.id).update(set__due_at=utc_now())
    second = attempts.take(export.id)
    write(second, b"new")
    service.discard_of_others(second)
    assert ExportChunk.objects.distinct("holder") == [second.holder]
    service.discard(second)
    assert ExportChunk.objects.count() == 0


@pytest.mark.checklist("proc.me")
def test_an_export_of_another_account_is_not_there(stranger, export):
    finish(export)
    for act in (service.find, service.read, service.delete):
        with pytest.raises(NotFoundError):
            act(stranger.id, export.id)
    assert service.list_page(stranger.id, PageRequest(20, "createdAt")).items == []


def test_an_expired_export_is_not_found_even_before_it_is_removed(account, export):
    finish(export)
    Job.objects(id=export.id).update(set__expires_at=utc_now())
    for act in (service.find, service.read, service.delete):
        with pytest.raises(NotFoundError):
            act(account.id, export.id)
    assert service.list_page(account.id, PageRequest(20, "createdAt")).items == []


def test_chunks_outlive_their_export(export):
    finish(export)
    assert ExportChunk.objects.first().expires_at > Job.objects.get().expires_at


def test_an_account_cannot_exceed_its_number_of_exports(account):
    for _ in range(10):
        service.create(account.id, str(uuid4()))
    with pytest.raises(TooManyExportsError):
        service.create(account.id, str(uuid4()))


@pytest.mark.parametrize("is_by_account", [True, False])
def test_chunks_are_deleted_with_their_export_and_with_their_account(
    account, export, *, is_by_account
):
    finish(export)
    if is_by_account:
        delete(account)
    else:
        service.delete(account.id, export.id)
    assert (Job.objects.count(), ExportChunk.objects.count()) == (0, 0)


@pytest.mark.checklist("proc.me")
def test_chunks_of_a_killed_worker_are_deleted_with_the_account(account, export, database):
    attempt = attempts.take(export.id)
    delete(account)
    write(attempt, b"{")
    Deletion.objects.update(set__due_at=utc_now())
    deletion.sweep()
    assert database["export_chunks"].count_documents({}) == 0


def test_a_second_page_follows_the_first(account):
    asked = [service.create(account.id, str(uuid4())).id for _ in range(3)]
    first = service.list_page(account.id, PageRequest(2, "createdAt"))
    second = service.list_page(account.id, PageRequest(2, "createdAt", first.next_cursor))
    assert [job.id for job in [*first.items, *second.items]] == asked
    assert second.next_cursor is None


def test_every_query_is_served_by_an_index(account, listen, database):
    with listen() as commands:
        export = service.create(account.id, str(uuid4()))
        finish(export)
        read(account, export)
        for sort in ("createdAt", "-createdAt"):
            page = service.list_page(account.id, PageRequest(1, sort))
        service.list_page(account.id, PageRequest(1, sort, page.next_cursor))
        Job.objects(id=export.id).update(set__expires_at=utc_now() + timedelta(days=1))
        service.delete(account.id, export.id)
    assert {command.name for command in commands} >= {"find", "insert", "update", "delete"}
    assert find_unserved(database, commands) == []
