"""The content of an export, and how much of it is in memory."""

from __future__ import annotations

import gc
import json
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

import pytest
from mongoengine import (
    CASCADE,
    DateField,
    DateTimeField,
    Decimal128Field,
    DictField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    LazyReferenceField,
    StringField,
    UUIDField,
)

from app.accounts.models import Account
from app.database.documents import BaseDocument, BaseEmbeddedDocument, new_id
from app.errors import NotFoundError
from app.exports import service, task
from app.exports.models import ExportChunk, exported_classes
from app.jobs import attempts
from app.jobs.models import Job
from tests.fixtures.belongings import Belonging
from tests.fixtures.queue import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Bottle(BaseEmbeddedDocument):
    """An embedded document of which the owner may not see everything."""

    meta: ClassVar[dict[str, Any]] = {"export": ("name",)}

    name = StringField()
    internal = StringField()


class Position(BaseEmbeddedDocument):
    """One of many in a basket."""

    what = EmbeddedDocumentField(Bottle)
    unit_price = Decimal128Field(db_field="unitPrice")
    key = UUIDField(binary=True)
    best_before = DateField(db_field="bestBefore")
    added_at = DateTimeField(db_field="addedAt")


class Basket(BaseDocument):
    """A document of an account with nested members."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "baskets",
        "indexes": [{"fields": ["account"]}],
        "export": ("place", "positions"),
    }

    account = LazyReferenceField(Account, reverse_delete_rule=CASCADE, required=True)
    place = DictField()
    positions = EmbeddedDocumentListField(Position)


@pytest.fixture(autouse=True)
def _context(queue_app):
    with queue_app.app_context():
        yield


@pytest.fixture
def attempt(account) -> attempts.Attempt:
    """Return an attempt at an export of `account`."""
    return attempts.take(service.create(account.id, str(uuid4())).id)


def read(account, attempt: attempts.Attempt):
    attempt.finish(task.make(attempt))
    _, chunks = service.read(account.id, attempt.job.id)
    return json.loads(b"".join(chunks))


def test_an_export_holds_what_the_account_owns_and_nothing_of_others(
    account, stranger, make_belongings, attempt
):
    make_belongings(account, 3)
    make_belongings(stranger, 5)
    exported = read(account, attempt)
    assert [each["text"][:4] for each in exported["belongings"]] == ["0000", "0001", "0002"]
    assert exported["account"]["email"] == account.email


def test_embedded_documents_are_exported_with_the_names_of_the_api(account, attempt):
    Basket(
        account=account.id,
        place={"zipCode": "04524"},
        positions=[
            Position(
                what=Bottle(name="우유", internal="secret"),
                unit_price=Decimal("1.10"),
                key=UUID(int=7),
                best_before=date(2026, 1, 31),
                added_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
            ),
            Position(),
        ],
    ).save()
    (basket,) = read(account, attempt)["baskets"]
    position = {
        "what": {"name": "우유"},
        "unitPrice": "1.10",
        "key": str(UUID(int=7)),
        "bestBefore": "2026-01-31",
        "addedAt": "2026-01-31T09:30:00.000Z",
    }
    assert basket == {
        "place": {"zipCode": "04524"},
        "positions": [position, dict.fromkeys(position)],
    }


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


def test_fields_that_are_not_named_are_not_exported(account, make_belongings, attempt):
    make_belongings(account, 1)
    task.make(attempt)
    stored = b"".join(chunk.content for chunk in ExportChunk.objects)
    secret = Belonging.objects.first().secret
    assert secret
    assert secret.encode() not in stored
    assert b"argon2" not in stored


def test_a_value_without_a_json_form_is_an_error(account, make_belongings, attempt, monkeypatch):
    make_belongings(account, 1)
    monkeypatch.setitem(Belonging._meta, "export", ("account",))
    with pytest.raises(TypeError, match="not JSON serializable: LazyReference"):
        task.make(attempt)
    assert ExportChunk.objects.count() == 0


def test_an_export_is_stored_in_chunks_of_one_size(account, make_belongings, attempt):
    make_belongings(account, 7)
    size = task.make(attempt)
    lengths = [len(chunk.content) for chunk in ExportChunk.objects.order_by("number")]
    assert sum(lengths) == size
    assert set(lengths[:-1]) == {CHUNK_BYTES}


@pytest.fixture
def bytes_alive() -> Iterator[Callable[[], int]]:
    """Return what tells how many bytes are in use of those that were allocated since.

    Documents refer to each other in circles, and when Python finds these depends on all that
    a process holds: garbage is no part of what is in use. What was there before is not looked at.
    """

    def count() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    gc.collect()
    gc.freeze()
    tracemalloc.start()
    yield count
    tracemalloc.stop()
    gc.unfreeze()


def test_a_large_export_is_never_wholly_in_memory(account, make_belongings, make_app, bytes_alive):
    with make_app(EXPORT_CHUNK_BYTES=65_536).app_context():
        attempt = attempts.take(service.create(account.id, str(uuid4())).id)
        for _ in range(4):
            make_belongings(account, 1000)
        report, alive = attempt.report, []

        def report_and_measure(done: int, total: int) -> None:
            report(done, total)
            alive.append(bytes_alive())

        attempt.report = report_and_measure
        size = task.make(attempt)
    assert size > 4_000_000
    assert len(alive) > 60
    assert max(alive) < size / 2


def test_a_deleted_account_is_not_exported(attempt):
    # Without the service, which would delete the job, too.
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
        service.delete(account.id, attempt.job.id)

    attempt.report = report_and_delete
    with pytest.raises(attempts.LeaseLostError):
        task.make(attempt)
    assert len(reports) == 2
    assert (Job.objects.count(), ExportChunk.objects.count()) == (0, 0)
    with pytest.raises(NotFoundError):
        service.find(account.id, new_id())
