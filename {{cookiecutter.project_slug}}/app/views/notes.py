"""The caller's notes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flasgger import swag_from
from flask import Blueprint, url_for
from flask.views import MethodView

from app.context import context
from app.decorators.contract import Reply, accepts, returns, takes_query
#: if cookiecutter.oauth == "server"
from app.decorators.scopes import scopes
#: endif
from app.docs import notes as docs
from app.schemas.notes import ChangeNote, NoteOut, NotePageOut, NotesQuery, WriteNote
from app.services import notes
#: if cookiecutter.oauth == "server"
from app.services.oauth.scopes import Scope
#: endif
from app.services.pagination import Page, PageRequest
from app.views import conditions

if TYPE_CHECKING:
    from uuid import UUID

    from app.models.notes import Note
#: if cookiecutter.oauth == "server"

READ_NOTES = Scope("notes:read", en="Read your notes", ko="노트 읽기")
WRITE_NOTES = Scope(
    "notes:write", en="Write, change and delete your notes", ko="노트 쓰기, 바꾸기, 지우기"
)
#: endif


class NotesView(MethodView):
    """All notes of the caller."""

    @swag_from(docs.LIST)
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
        return notes.list_page(context.account_id, request)

    @swag_from(docs.CREATE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_NOTES)
    #: endif
    @accepts(WriteNote)
    @returns(NoteOut, HTTPStatus.CREATED)
    def post(self, body: WriteNote) -> Reply:
        """Write a note."""
        note = notes.create(context.account_id, body.title, body.body)
        location = url_for("notes.item", note_id=note.id)
        return Reply(note, {"Location": location, "ETag": _etag(note)})


class NoteView(MethodView):
    """One note of the caller."""

    @swag_from(docs.READ)
    #: if cookiecutter.oauth == "server"
    @scopes(READ_NOTES)
    #: endif
    @returns(NoteOut)
    def get(self, note_id: UUID) -> Reply:
        """Read a note."""
        note = notes.find(context.account_id, note_id)
        _check(note)
        return Reply(note, {"ETag": _etag(note)})

    @swag_from(docs.REPLACE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_NOTES)
    #: endif
    @accepts(WriteNote)
    @returns(NoteOut)
    def put(self, note_id: UUID, body: WriteNote) -> Reply:
        """Replace a note."""
        note = notes.change(context.account_id, note_id, body.model_dump(by_alias=False), _check)
        return Reply(note, {"ETag": _etag(note)})

    @swag_from(docs.CHANGE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_NOTES)
    #: endif
    @accepts(ChangeNote)
    @returns(NoteOut)
    def patch(self, note_id: UUID, body: ChangeNote) -> Reply:
        """Change members of a note."""
        changes = body.model_dump(exclude_unset=True, by_alias=False)
        note = notes.change(context.account_id, note_id, changes, _check)
        return Reply(note, {"ETag": _etag(note)})

    @swag_from(docs.DELETE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_NOTES)
    #: endif
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, note_id: UUID) -> None:
        """Delete a note."""
        notes.delete(context.account_id, note_id, _check)


def _etag(note: Note) -> str:
    return conditions.etag_of(note.revision)


def _check(note: Note) -> None:
    conditions.check(_etag(note))


blueprint = Blueprint("notes", __name__)
blueprint.add_url_rule("", view_func=NotesView.as_view("collection"))
blueprint.add_url_rule("/<uuid:note_id>", view_func=NoteView.as_view("item"))
