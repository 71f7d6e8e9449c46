"""The caller's notes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, url_for
from flask.views import MethodView

from app.context import context
from app.decorators import (
    Reply,
    accepts,
    conditional,
    documented,
    raises,
    returns,
    takes_query,
    with_etag,
)
from app.errors import TooManyItemsError
from app.notes import docs, service
from app.notes.schemas import ChangeNote, NoteOut, NotePageOut, NotesQuery, WriteNote
#: if cookiecutter.oauth == "server"
from app.oauth.decorators import scopes
from app.oauth.scopes import Scope
#: endif
from app.pagination import Page, PageRequest

if TYPE_CHECKING:
    from collections.abc import Container
    from uuid import UUID

    from app.notes.models import Note
#: if cookiecutter.oauth == "server"

READ_NOTES = Scope("notes:read", en="Read your notes", ko="노트 읽기")
WRITE_NOTES = Scope(
    "notes:write", en="Write, change and delete your notes", ko="노트 쓰기, 바꾸기, 지우기"
)
#: endif


class NotesView(MethodView):
    """All notes of the caller."""

    @documented(docs.LIST)
    #: if cookiecutter.oauth == "server"
    @scopes(READ_NOTES)
    #: endif
    @takes_query(NotesQuery)
    @returns(NotePageOut)
    def get(self, query: NotesQuery) -> Page[Note]:
        """List notes, a page at a time."""
        filters = {"created_at__gt": query.created_after, "created_at__lt": query.created_before}
        given = {name: moment for name, moment in filters.items() if moment is not None}
        request = PageRequest(query.limit, query.sort, query.cursor, given)
        return service.list_page(context.account_id, request)

    @documented(docs.CREATE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_NOTES)
    #: endif
    @accepts(WriteNote)
    @with_etag
    @returns(NoteOut, HTTPStatus.CREATED)
    @raises(TooManyItemsError)
    def post(self, body: WriteNote) -> Reply:
        """Write a note."""
        note = service.create(context.account_id, body.title, body.body)
        return Reply(note, {"Location": url_for("notes.item", note_id=note.id)})


class NoteView(MethodView):
    """One note of the caller."""

    @documented(docs.READ)
    #: if cookiecutter.oauth == "server"
    @scopes(READ_NOTES)
    #: endif
    @conditional
    @returns(NoteOut)
    def get(self, note_id: UUID) -> Note:
        """Read a note."""
        return service.find(context.account_id, note_id)

    @documented(docs.REPLACE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_NOTES)
    #: endif
    @accepts(WriteNote)
    @conditional
    @returns(NoteOut)
    def put(self, note_id: UUID, body: WriteNote, expected: Container[int]) -> Note:
        """Replace a note."""
        members = body.model_dump(by_alias=False)
        return service.change(context.account_id, note_id, members, expected)

    @documented(docs.CHANGE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_NOTES)
    #: endif
    @accepts(ChangeNote)
    @conditional
    @returns(NoteOut)
    def patch(self, note_id: UUID, body: ChangeNote, expected: Container[int]) -> Note:
        """Change members of a note."""
        changes = body.model_dump(exclude_unset=True, by_alias=False)
        return service.change(context.account_id, note_id, changes, expected)

    @documented(docs.DELETE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_NOTES)
    #: endif
    @conditional
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, note_id: UUID, expected: Container[int]) -> None:
        """Delete a note."""
        service.delete(context.account_id, note_id, expected)


blueprint = Blueprint("notes", __name__)
blueprint.add_url_rule("", view_func=NotesView.as_view("collection"))
blueprint.add_url_rule("/<uuid:note_id>", view_func=NoteView.as_view("item"))
