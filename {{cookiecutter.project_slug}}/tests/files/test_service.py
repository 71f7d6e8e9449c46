"""Files: announced, uploaded, confirmed, and never left behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest
from werkzeug.http import parse_options_header

from app.accounts import deletion
from app.accounts.models import Deletion
from app.database.documents import utc_now
from app.errors import InvalidInputError, NotFoundError, ServiceUnavailableError
from app.files import object_store, service
from app.files.errors import TooManyPendingFilesError, UploadMismatchError, UploadMissingError
from app.files.models import File, Status
from app.pagination import PageRequest
from tests.fixtures.accounts import delete
from tests.fixtures.queries import find_unserved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.object_store import Objects

PNG: Final = "image/png"
CONTENT: Final = b"12345"
GONE: Final = timedelta(days=1)


@pytest.fixture(autouse=True)
def _context(app: Flask, objects: Objects) -> Iterator[None]:
    del objects
    with app.app_context():
        yield


@pytest.fixture
def announce(account: Person) -> Callable[..., File]:
    """Return a function that announces a file of the account."""

    def announce(name: str = "a.png", owner: Person = account) -> File:
        return service.announce(owner.id, name, PNG, len(CONTENT))

    return announce


@pytest.fixture
def upload(objects: Objects) -> Callable[[File], File]:
    """Return a function that puts a file's object into the store."""

    def upload(file: File) -> File:
        objects.put(str(file.key), CONTENT, PNG)
        return file

    return upload


def fail(_key: str) -> None:
    """Raise what the app raises while the store is away."""
    raise ServiceUnavailableError


@contextmanager
def store_is_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the store unavailable for the rest of the app."""
    with monkeypatch.context() as patch:
        patch.setattr(object_store, "look_at", fail)
        patch.setattr(object_store, "remove", fail)
        yield


def expire(file: File) -> None:
    """Move a file's deadline into the past."""
    File.objects(id=file.id).update_one(set__deadline=utc_now() - GONE)


def stored() -> dict[UUID, Status]:
    """Return the status of every document."""
    return {file.id: file.status for file in File.objects}


def test_a_file_is_confirmed_once_it_is_there(account, announce, upload):
    file = announce()
    with pytest.raises(UploadMissingError):
        service.confirm(account.id, file.id)
    upload(file)
    confirmed = service.confirm(account.id, file.id)
    assert (confirmed.status, confirmed.upload, confirmed.expires_at) == ("stored", None, None)
    assert confirmed.updated_at > file.updated_at


def test_confirming_again_changes_nothing_and_does_not_ask_the_store(
    account, announce, upload, monkeypatch
):
    confirmed = service.confirm(account.id, upload(announce()).id)
    with store_is_away(monkeypatch):
        again = service.confirm(account.id, confirmed.id)
    assert again.updated_at == confirmed.updated_at


def test_nothing_is_confirmed_while_the_store_is_away(account, announce, upload, monkeypatch):
    file = upload(announce())
    with store_is_away(monkeypatch), pytest.raises(ServiceUnavailableError):
        service.confirm(account.id, file.id)
    assert service.confirm(account.id, file.id).status == "stored"


def test_of_many_confirmations_at_once_each_finds_the_file_stored(app, account, announce, upload):
    file = upload(announce())

    def confirm(_: int) -> Status:
        with app.app_context():
            return service.confirm(account.id, file.id).status

    with ThreadPoolExecutor(8) as threads:
        assert {*threads.map(confirm, range(16))} == {"stored"}


def test_an_upload_that_does_not_match_is_refused_for_good(account, announce, upload, objects):
    file = announce()
    objects.put(str(file.key), b"1234567", PNG)
    with pytest.raises(UploadMismatchError):
        service.confirm(account.id, file.id)
    assert objects.names() == set()
    # The form is still valid, but the file is not.
    upload(file)
    with pytest.raises(NotFoundError):
        service.confirm(account.id, file.id)
    expire(file)
    assert service.clean() == service.Cleaned(1, 1)
    assert objects.names() == set()


def test_a_mismatch_is_reported_although_the_object_cannot_be_removed(
    account, announce, objects, monkeypatch
):
    file = announce()
    objects.put(str(file.key), CONTENT, "text/html")
    with monkeypatch.context() as patch:
        patch.setattr(object_store, "remove", fail)
        with pytest.raises(UploadMismatchError):
            service.confirm(account.id, file.id)
    assert objects.names() == {str(file.key)}
    service.clean()
    assert objects.names() == set()


def test_a_lost_race_with_a_confirmation_removes_nothing(
    account, announce, upload, objects, monkeypatch
):
    file = announce()
    look_at = object_store.look_at

    def look_late(_key: str) -> Any:
        # A wrong object was there first; then the right one arrived and was confirmed.
        with monkeypatch.context() as patch:
            patch.setattr(object_store, "look_at", look_at)
            service.confirm(account.id, upload(file).id)
        return object_store.StoredObject(1, PNG)

    monkeypatch.setattr(object_store, "look_at", look_late)
    with pytest.raises(UploadMismatchError):
        service.confirm(account.id, file.id)
    assert service.find(account.id, file.id).status == "stored"
    assert objects.names() == {str(file.key)}


def test_a_file_that_is_not_confirmed_in_time_is_gone(account, announce, upload):
    file = upload(announce())
    expire(file)
    for call in (service.find, service.confirm, service.delete):
        with pytest.raises(NotFoundError):
            call(account.id, file.id)
    page = service.list_page(account.id, PageRequest(10, "createdAt"))
    assert page.items == []


def test_deleting_a_file_deletes_its_object(account, announce, upload, objects):
    file = service.confirm(account.id, upload(announce()).id)
    service.delete(account.id, file.id)
    assert objects.names() == set()
    with pytest.raises(NotFoundError):
        service.delete(account.id, file.id)


def test_nothing_is_deleted_while_the_store_is_away(
    account, announce, upload, objects, monkeypatch
):
    file = service.confirm(account.id, upload(announce()).id)
    with store_is_away(monkeypatch), pytest.raises(ServiceUnavailableError):
        service.delete(account.id, file.id)
    assert service.find(account.id, file.id).status == "stored"
    service.delete(account.id, file.id)
    assert objects.names() == set()


def test_an_upload_after_a_deletion_is_removed_in_the_end(account, announce, upload, objects):
    file = announce()
    service.delete(account.id, file.id)
    assert stored() == {file.id: "removed"}
    upload(file)
    assert service.clean() == service.Cleaned(1, 0)
    upload(file)
    expire(file)
    assert service.clean() == service.Cleaned(1, 1)
    assert (stored(), objects.names()) == ({}, set())


def test_the_names_of_deleted_files_are_removed_with_the_account(account, announce):
    file = announce("a holiday.png")
    service.delete(account.id, file.id)
    delete(account)
    service.remove_ownerless()
    assert File.objects.get(id=file.id).file_name == ""


def test_deleting_a_file_whose_form_has_expired_leaves_nothing(account, announce, upload, objects):
    file = service.confirm(account.id, upload(announce()).id)
    expire(file)
    service.delete(account.id, file.id)
    assert (stored(), objects.names()) == ({}, set())


def test_an_account_is_deleted_while_the_store_is_away_and_its_files_follow(
    account, announce, upload, objects, monkeypatch
):
    mine = [service.confirm(account.id, upload(announce()).id), upload(announce())]
    with store_is_away(monkeypatch):
        delete(account)
        with pytest.raises(ServiceUnavailableError):
            service.clean()
    assert len(objects.names()) == 2
    assert service.clean() == service.Cleaned(2, 0)
    assert objects.names() == set()
    for file in mine:
        expire(file)
    assert service.clean() == service.Cleaned(2, 2)
    assert stored() == {}


@pytest.mark.usefixtures("unshared_deletions")
def test_a_sweep_continues_without_the_store_and_the_next_one_removes_the_objects(
    account, announce, upload, objects, monkeypatch
):
    upload(announce())
    delete(account)
    deletion._mark(uuid4())
    over = utc_now() - timedelta(seconds=deletion.KEPT_SECONDS)
    Deletion.objects.update(set__due_at=over, set__created_at=over)
    with store_is_away(monkeypatch):
        deletion.sweep()
    assert (Deletion.objects.count(), len(objects.names())) == (0, 1)
    deletion.sweep()
    assert objects.names() == set()


def test_an_account_that_is_deleted_leaves_the_files_of_others(
    account, stranger, announce, upload, objects
):
    kept = service.confirm(stranger.id, upload(announce(owner=stranger)).id)
    upload(announce())
    delete(account)
    assert service.clean() == service.Cleaned(1, 0)
    assert service.find(stranger.id, kept.id).status == "stored"
    assert objects.names() == {str(kept.key)}


def test_cleaning_removes_expired_files_and_nothing_else(account, announce, upload, objects):
    kept = [upload(announce()), service.confirm(account.id, upload(announce()).id)]
    # A stored file has no deadline.
    expire(kept[1])
    over = [upload(announce()), announce()]
    for file in over:
        expire(file)
    assert service.clean() == service.Cleaned(2, 2)
    assert set(stored()) == {file.id for file in kept}
    assert objects.names() == {str(file.key) for file in kept}
    assert service.clean() == service.Cleaned(0, 0)


def test_cleaning_continues_beyond_a_batch(account, monkeypatch):
    monkeypatch.setattr(service, "BATCH", 2)
    for _ in range(5):
        expire(service.announce(account.id, "a.png", PNG, 1))
    assert service.clean() == service.Cleaned(5, 5)
    assert stored() == {}


def test_several_processes_may_clean_at_once(app, announce, upload, objects):
    for _ in range(12):
        expire(upload(announce()))

    def clean(_: int) -> int:
        with app.app_context():
            return service.clean().documents

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(clean, range(3))) == 12
    assert (stored(), objects.names()) == ({}, set())


def test_files_confirmed_during_a_clean_are_kept(app, account, announce, upload, objects):
    file = upload(announce())

    def clean(_: int) -> None:
        with app.app_context():
            service.clean()

    with ThreadPoolExecutor(2) as threads:
        cleaning = [threads.submit(clean, 0) for _ in range(4)]
        service.confirm(account.id, file.id)
        for each in cleaning:
            each.result()
    assert stored() == {file.id: "stored"}
    assert objects.names() == {str(file.key)}


def test_parallel_requests_cannot_exceed_the_limit_of_pending_files(
    make_app, make_account, store_settings
):
    app = make_app(**store_settings, UPLOAD_PENDING_LIMIT=5)
    account, stranger = make_account(app=app), make_account(app=app)

    def announce(_: int) -> bool:
        with app.app_context():
            try:
                service.announce(account.id, "a.png", PNG, 1)
            except TooManyPendingFilesError:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(announce, range(20))) <= 5
    with app.app_context():
        while len(stored()) < 5:
            assert announce(0)
        assert not announce(0)
        assert len(stored()) == 5
        # Others have their own limit, and expired files do not count.
        service.announce(stranger.id, "a.png", PNG, 1)
        expire(File.objects(account=account.id).first())
        assert announce(0)


@pytest.mark.parametrize(
    ("content_type", "size", "pointer"),
    [
        ("text/html", 5, "/contentType"),
        ("IMAGE/PNG", 5, "/contentType"),
        ("image/png; charset=utf-8", 5, "/contentType"),
        (PNG, 10_485_761, "/size"),
    ],
)
def test_types_and_sizes_outside_the_settings_cannot_be_announced(
    account, content_type, size, pointer
):
    with pytest.raises(InvalidInputError) as refused:
        service.announce(account.id, "a.png", content_type, size)
    assert [error.pointer for error in refused.value.errors] == [pointer]
    assert stored() == {}


@pytest.mark.parametrize(
    "name",
    [
        "a.png",
        "계약서 최종.pdf",
        "👩🏽‍🚀.png",
        'quoted ".png',
        "per%20cent.png",
        "${filename}",
        "semi;colon=1.png",
        "é'*.png",
        " a ",
        ".",
    ],
)
def test_every_name_can_be_read_back_from_its_disposition(name):
    disposition = service.dispose(name)
    assert disposition.isascii()
    kind, options = parse_options_header(disposition)
    assert (kind, options["filename"]) == ("attachment", name)
    assert "${" not in disposition


def test_every_query_is_served_by_an_index(account, announce, upload, database, listen):
    with listen() as commands:
        file = service.confirm(account.id, upload(announce()).id)
        for sort in ("createdAt", "-createdAt", "fileName", "-fileName"):
            for filters in ({}, {"status": "stored"}):
                service.list_page(account.id, PageRequest(1, sort, None, filters))
        service.delete(account.id, file.id)
        service.clean()
        delete(account)
    own = [command for command in commands if command.collection == "files"]
    assert {"insert", "find", "findAndModify", "update"} <= {command.name for command in own}
    assert find_unserved(database, own) == []


def test_files_of_others_are_not_found(announce, stranger):
    file = announce()
    for call in (service.find, service.confirm, service.delete):
        with pytest.raises(NotFoundError):
            call(stranger.id, file.id)
        with pytest.raises(NotFoundError):
            call(stranger.id, uuid4())
