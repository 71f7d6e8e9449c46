"""Notes of one account: every function takes the owner and never touches those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import pagination
from app.errors import NotFoundError, PreconditionFailedError, TooManyItemsError
from app.extensions import settings
from app.notes.models import Note

if TYPE_CHECKING:
    from collections.abc import Container
    from uuid import UUID

    from app.pagination import Page, PageRequest

SORT_FIELDS = {"createdAt": "created_at", "updatedAt": "updated_at", "title": "title"}


def create(account_id: UUID, title: str, body: str) -> Note:
    """Write a new note; raises TooManyItemsError where there are NOTES_LIMIT.

    The count stops at the limit and reads an index only. Requests at the same moment may exceed the
    limit by a few: it protects the database from filling up, and need not be exact.
    """
    counted = Note.objects(account=account_id).limit(settings.NOTES_LIMIT)
    if counted.count(with_limit_and_skip=True) >= settings.NOTES_LIMIT:
        raise TooManyItemsError
    return Note(account=account_id, title=title, body=body).save(force_insert=True)  # type: ignore[no-any-return]


def find(account_id: UUID, note_id: UUID) -> Note:
    """Return a note; raises NotFoundError where this account has none of that id."""
    note: Note | None = Note.objects(id=note_id, account=account_id).first()
    if note is None:
        raise NotFoundError
    return note


def list_page(account_id: UUID, request: PageRequest) -> Page[Note]:
    """Return one page of the account's notes."""
    mine = Note.objects(account=account_id)
    return pagination.find_page(mine, request, SORT_FIELDS, account_id)


def change(
    account_id: UUID, note_id: UUID, changes: dict[str, Any], expected: Container[int]
) -> Note:
    """Set the members named in *changes* on a note that is in one of the *expected* revisions.

    Raises PreconditionFailedError where it is in another. The update names the revision that was
    found. When another change came between, the note is read and looked at again.
    """
    while True:
        note = _find_expected(account_id, note_id, expected)
        updates = {f"set__{name}": value for name, value in changes.items()}
        changed: Note | None = _unchanged(note).modify(new=True, inc__revision=1, **updates)
        if changed is not None:
            return changed


def delete(account_id: UUID, note_id: UUID, expected: Container[int]) -> None:
    """Delete a note that is in one of the *expected* revisions, as change() does."""
    while True:
        note = _find_expected(account_id, note_id, expected)
        if _unchanged(note).delete():
            return


def _find_expected(account_id: UUID, note_id: UUID, expected: Container[int]) -> Note:
    note = find(account_id, note_id)
    if note.revision not in expected:
        raise PreconditionFailedError
    return note


def _unchanged(note: Note) -> Any:
    return Note.objects(id=note.id, account=note.account.pk, revision=note.revision)
