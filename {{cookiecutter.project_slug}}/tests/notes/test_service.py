"""Notes of one account: none of others, no lost update, and an index for every query."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from app.conditions import Revisions
from app.database import preparation
from app.errors import NotFoundError, PreconditionFailedError
from app.notes import service
from app.notes.models import Note
from app.pagination import PageRequest
from tests.fixtures.accounts import delete
from tests.fixtures.queries import find_unserved

if TYPE_CHECKING:
    from collections.abc import Callable

ANY = Revisions()


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        preparation.prepare()
        yield


@pytest.fixture
def note(account) -> Note:
    """Return a note of `account`."""
    return service.create(account.id, "Title", "Body")


@dataclass
class Between:
    """Expected revisions of a note that somebody else changes at the first look at them."""

    change: Callable[[], object]
    last: int
    seen: list[int] = field(default_factory=list)

    def __contains__(self, revision: int) -> bool:
        self.seen.append(revision)
        if len(self.seen) == 1:
            self.change()
        return revision <= self.last


def test_a_new_note_is_found_again(account, note):
    found = service.find(account.id, note.id)
    assert (found.title, found.body, found.revision) == ("Title", "Body", 1)


@pytest.mark.checklist("proc.me")
def test_a_note_of_another_account_is_not_there(stranger, note):
    with pytest.raises(NotFoundError):
        service.find(stranger.id, note.id)
    with pytest.raises(NotFoundError):
        service.change(stranger.id, note.id, {"title": "Mine"}, ANY)
    with pytest.raises(NotFoundError):
        service.delete(stranger.id, note.id, ANY)
    assert Note.objects.get().title == "Title"


@pytest.mark.checklist("proc.me")
def test_a_list_shows_notes_of_its_account_alone(account, stranger, note):
    service.create(stranger.id, "Another", "")
    page = service.list_page(account.id, PageRequest(20, "title"))
    assert [found.id for found in page.items] == [note.id]


def test_a_change_changes_only_the_named_members(account, note):
    changed = service.change(account.id, note.id, {"title": "New"}, ANY)
    assert (changed.title, changed.body, changed.revision) == ("New", "Body", 2)
    assert changed.created_at == note.created_at


def test_changing_or_deleting_nothing_is_not_found(account):
    with pytest.raises(NotFoundError):
        service.change(account.id, uuid4(), {"title": "x"}, ANY)
    with pytest.raises(NotFoundError):
        service.delete(account.id, uuid4(), ANY)


def _change_between(account, note, last: int) -> Between:
    return Between(lambda: service.change(account.id, note.id, {"title": "Between"}, ANY), last)


def test_a_concurrent_change_is_checked_again(account, note):
    expected = _change_between(account, note, last=2)
    changed = service.change(account.id, note.id, {"body": "Late"}, expected)
    assert expected.seen == [1, 2]
    assert (changed.title, changed.body, changed.revision) == ("Between", "Late", 3)


def test_a_deletion_checks_a_concurrent_change_again(account, note):
    with pytest.raises(PreconditionFailedError):
        service.delete(account.id, note.id, _change_between(account, note, last=1))
    assert Note.objects.get().title == "Between"


def test_of_many_changes_of_one_revision_one_wins(app, account, note):
    def change(number: int) -> bool:
        with app.app_context():
            try:
                service.change(account.id, note.id, {"title": str(number)}, {1})
            except PreconditionFailedError:
                return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = [*threads.map(change, range(8))]
    assert won.count(True) == 1
    assert Note.objects.get().title == str(won.index(True))


def test_of_many_unconditional_changes_none_is_lost(app, account, note):
    def change(number: int) -> None:
        with app.app_context():
            service.change(account.id, note.id, {"title": str(number)}, ANY)

    with ThreadPoolExecutor(4) as threads:
        [*threads.map(change, range(8))]
    assert Note.objects.get().revision == 9


def test_notes_go_with_their_account(account, stranger, note):
    kept = service.create(stranger.id, "Another", "")
    delete(account)
    assert [found.id for found in Note.objects] == [kept.id]
    assert note.id != kept.id


@pytest.mark.parametrize(
    "sort", ["createdAt", "-createdAt", "updatedAt", "-updatedAt", "title", "-title"]
)
def test_every_order_is_served_by_an_index(account, listen, database, sort):
    for number in range(5):
        service.create(account.id, f"{number}", "")
    with listen() as commands:
        filters = {"created_at__gt": datetime(2000, 1, 1, tzinfo=UTC)}
        page = service.list_page(account.id, PageRequest(2, sort, None, filters))
        service.list_page(account.id, PageRequest(2, sort, page.next_cursor, filters))
    assert len(commands) == 2
    assert find_unserved(database, commands) == []


def test_every_other_query_is_served_by_an_index(account, note, listen, database):
    with listen() as commands:
        service.create(account.id, "another", "")
        service.find(account.id, note.id)
        service.change(account.id, note.id, {"title": "x"}, ANY)
        service.delete(account.id, note.id, ANY)
        delete(account)
    assert {command.name for command in commands} >= {"find", "findAndModify", "delete"}
    assert find_unserved(database, commands) == []
