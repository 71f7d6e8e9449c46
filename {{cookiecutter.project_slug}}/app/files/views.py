"""The caller's files: forms to upload with, and where the CDN has what was uploaded."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, url_for
from flask.views import MethodView

from app.context import context
from app.decorators import Reply, accepts, documented, raises, returns, takes_query
from app.files import docs, service
from app.files.errors import TooManyPendingFilesError, UploadMismatchError, UploadMissingError
from app.files.schemas import AnnounceFile, ConfirmFile, FileOut, FilePageOut, FilesQuery
#: if cookiecutter.oauth == "server"
from app.oauth.decorators import scopes
from app.oauth.scopes import Scope
#: endif
from app.pagination import Page, PageRequest

if TYPE_CHECKING:
    from uuid import UUID

    from app.files.models import File
#: if cookiecutter.oauth == "server"

READ_FILES = Scope("files:read", en="See and download your files", ko="파일 보기와 내려받기")
WRITE_FILES = Scope("files:write", en="Upload and delete your files", ko="파일 올리기와 지우기")
#: endif


class FilesView(MethodView):
    """All files of the caller."""

    @documented(docs.LIST)
    #: if cookiecutter.oauth == "server"
    @scopes(READ_FILES)
    #: endif
    @takes_query(FilesQuery)
    @returns(FilePageOut)
    def get(self, query: FilesQuery) -> Page[File]:
        """List files, a page at a time."""
        filters = {"status": query.status} if query.status else {}
        request = PageRequest(query.limit, query.sort, query.cursor, filters)
        return service.list_page(context.account_id, request)

    @documented(docs.ANNOUNCE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_FILES)
    #: endif
    @accepts(AnnounceFile)
    @returns(FileOut, HTTPStatus.CREATED)
    @raises(TooManyPendingFilesError)
    def post(self, body: AnnounceFile) -> Reply:
        """Announce a file and get the form that uploads it."""
        file = service.announce(context.account_id, body.file_name, body.content_type, body.size)
        return Reply(file, {"Location": url_for("files.item", file_id=file.id)})


class FileView(MethodView):
    """One file of the caller."""

    @documented(docs.READ)
    #: if cookiecutter.oauth == "server"
    @scopes(READ_FILES)
    #: endif
    @returns(FileOut)
    def get(self, file_id: UUID) -> File:
        """Read what is known of a file."""
        return service.find(context.account_id, file_id)

    @documented(docs.CONFIRM)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_FILES)
    #: endif
    @accepts(ConfirmFile)
    @returns(FileOut)
    @raises(UploadMissingError, UploadMismatchError)
    def patch(self, file_id: UUID, body: ConfirmFile) -> File:
        """Say that a file is uploaded."""
        del body  # It can say but one thing.
        return service.confirm(context.account_id, file_id)

    @documented(docs.DELETE)
    #: if cookiecutter.oauth == "server"
    @scopes(WRITE_FILES)
    #: endif
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, file_id: UUID) -> None:
        """Delete a file."""
        service.delete(context.account_id, file_id)


blueprint = Blueprint("files", __name__)
blueprint.add_url_rule("", view_func=FilesView.as_view("collection"))
blueprint.add_url_rule("/<uuid:file_id>", view_func=FileView.as_view("item"))
