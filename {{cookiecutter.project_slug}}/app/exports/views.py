"""The caller's exports: made by a worker, so that no request waits for one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, url_for
from flask.views import MethodView

from app.context import context
from app.decorators import Reply, documented, raises, returns, sends, takes_query
from app.errors import ServiceUnavailableError
from app.exports import docs, service
from app.exports.errors import ExportNotReadyError, TooManyExportsError
from app.exports.schemas import ExportOut, ExportPageOut, ExportsQuery
from app.http import JSON_MEDIA_TYPE
from app.jobs.models import JobState
from app.pagination import Page, PageRequest

if TYPE_CHECKING:
    from uuid import UUID

    from app.jobs.models import Job


class ExportsView(MethodView):
    """All exports of the caller."""

    @documented(docs.LIST)
    @takes_query(ExportsQuery)
    @returns(ExportPageOut)
    def get(self, query: ExportsQuery) -> Page[dict[str, Any]]:
        """List exports, a page at a time."""
        request = PageRequest(query.limit, query.sort, query.cursor)
        page = service.list_page(context.account_id, request)
        return Page([_show(job) for job in page.items], page.next_cursor)

    @documented(docs.CREATE)
    @returns(ExportOut, HTTPStatus.ACCEPTED)
    @raises(TooManyExportsError, ServiceUnavailableError)
    def post(self) -> Reply:
        """Ask for an export of all that the account owns."""
        job = service.create(context.account_id, context.request_id)
        return Reply(_show(job), {"Location": _place_of(job)})


class ExportView(MethodView):
    """One export of the caller."""

    @documented(docs.READ)
    @returns(ExportOut)
    def get(self, export_id: UUID) -> dict[str, Any]:
        """Show how far an export is."""
        return _show(service.find(context.account_id, export_id))

    @documented(docs.DELETE)
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, export_id: UUID) -> None:
        """Delete an export."""
        service.delete(context.account_id, export_id)


class ContentView(MethodView):
    """What was exported."""

    @documented(docs.READ_CONTENT)
    @sends(JSON_MEDIA_TYPE)
    @raises(ExportNotReadyError)
    def get(self, export_id: UUID) -> Response:
        """Read what was exported."""
        size, chunks = service.read(context.account_id, export_id)
        headers = {
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="export-{export_id}.json"',
        }
        return Response(chunks, headers=headers, content_type=JSON_MEDIA_TYPE)


def _place_of(job: Job) -> str:
    return url_for("exports.item", export_id=job.id)


def _show(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": job.state.value,
        "progress": {"done": job.done, "total": job.total},
        "attempts": job.attempts,
        "content": f"{_place_of(job)}/content" if job.state == JobState.DONE else None,
        "size": job.size,
        "failure": job.failure,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "finished_at": job.finished_at,
        "expires_at": job.expires_at,
    }


blueprint = Blueprint("exports", __name__)
blueprint.add_url_rule("", view_func=ExportsView.as_view("collection"))
blueprint.add_url_rule("/<uuid:export_id>", view_func=ExportView.as_view("item"))
blueprint.add_url_rule("/<uuid:export_id>/content", view_func=ContentView.as_view("content"))
