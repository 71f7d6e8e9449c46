"""What an export holds, and how much of it is in memory at a time."""

from __future__ import annotations

import json
import tracemalloc
from uuid import uuid4

import pytest

from app.errors import NotFoundError
from app.models.accounts import Account
from app.models.base import new_id
from app.models.exports import ExportChunk, exported_classes
from app.models.jobs import Job
from app.services import attempts, exports
from app.tasks import exports as task
from tests.fixtures.belongings import Belonging
from tests.fixtures.queue import CHUNK_BYTES


@pytest.fixture(autouse=True)
def _context(queue_app):
    with queue_app.app_context():
        yield


@pytest.fixture
def attempt(account) -> attempts.Attempt:
    """Return an attempt at an export of `account`."""
    return attempts.take(exports.create(account.id, str(uuid4())).id)


def read(account, attempt: attempts.Attempt):
    attempt.finish(task.make(attempt))
    _, chunks = exports.read(account.id, attempt.job.id)
    return json.loads(b"".join(chunks))


def test_an_export_holds_what_the_account_owns_and_nothing_of_others(
    account, stranger, make_belongings, attempt
):
    make_belongings(account, 3)
    make_belongings(stranger, 5)
    exported = read(account, attempt)
    assert [each["text"][:4] for each in exported["belongings"]] == ["0000", "0001", "0002"]
    assert exported["account"]["email"] == account.email


def test_an_account_that_owns_nothing_is_exported_too(account, attempt):
    exported = read(account, attempt)
    assert exported["account"]["displayName"] == account.display_name
    assert all(exported[name] == [] for name in exported.keys() - {"account"})


def test_every_class_that_names_what_to_export_names_fields_that_it_has():
    found = [*exported_classes()]
    assert (Belonging, ("id", "text", "created_at"), {}) in found
    for document_class, names, only in found:
        assert all(hasattr(document_class, name) for name in names)
        assert {"account", *only} <= document_class._fields.keys()


def test_what_is_not_named_is_not_exported(account, make_belongings, attempt):
    make_belongings(account, 1)
    task.make(attempt)
    stored = b"".join(chunk.content for chunk in ExportChunk.objects)
    secret = Belonging.objects.first().secret
    assert secret
    assert secret.encode() not in stored
    assert b"argon2" not in stored


def test_a_value_that_json_has_no_form_for_is_a_mistake_of_the_developer(
    account, make_belongings, attempt, monkeypatch
):
    make_belongings(account, 1)
    monkeypatch.setitem(Belonging._meta, "export", ("account",))
    with pytest.raises(TypeError, match="not JSON serializable: LazyReference"):
        task.make(attempt)
    assert ExportChunk.objects.count() == 0


def test_what_is_written_is_stored_in_pieces_of_one_size(account, make_belongings, attempt):
    make_belongings(account, 7)
    size = task.make(attempt)
    lengths = [len(chunk.content) for chunk in ExportChunk.objects.order_by("number")]
    assert sum(lengths) == size
    assert set(lengths[:-1]) == {CHUNK_BYTES}


def test_a_large_export_is_never_wholly_in_memory(account, make_belongings, make_app):
    with make_app(EXPORT_CHUNK_BYTES=65_536).app_context():
        warming_up, attempt = (
            attempts.take(exports.create(account.id, str(uuid4())).id) for _ in range(2)
        )
        make_belongings(account, 1)
        task.make(warming_up)
        for _ in range(4):
            make_belongings(account, 1000)
        tracemalloc.start()
        size = task.make(attempt)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert size > 4_000_000
    assert peak < size / 2


def test_an_account_that_was_deleted_is_exported_no_more(attempt):
    # Past the service, which would delete the job, too.
    Account._get_collection().delete_many({})
    with pytest.raises(attempts.LeaseLostError):
        task.make(attempt)


def test_an_export_that_is_deleted_while_it_is_made_leaves_nothing(
    account, make_belongings, attempt
):
    make_belongings(account, 3)
    report, reports = attempt.report, []

    def report_and_delete(done: int, total: int) -> None:
        reports.append(done)
        report(done, total)
        exports.delete(account.id, attempt.job.id)

    attempt.report = report_and_delete
    with pytest.raises(attempts.LeaseLostError):
        task.make(attempt)
    assert len(reports) == 2
    assert (Job.objects.count(), ExportChunk.objects.count()) == (0, 0)
    with pytest.raises(NotFoundError):
        exports.find(account.id, new_id())
