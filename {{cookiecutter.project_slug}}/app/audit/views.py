"""What has happened to accounts, for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask.views import MethodView

from app.accounts.roles import Role
from app.audit import docs, service
from app.audit.schemas import AuditEventPageOut, AuditEventsQuery
from app.decorators import documented, requires, returns, takes_query
from app.pagination import Page, PageRequest

if TYPE_CHECKING:
    from app.audit.models import AuditEvent


class AuditEventsView(MethodView):
    """All audit events."""

    @documented(docs.LIST)
    @requires(Role.ADMIN)
    @takes_query(AuditEventsQuery)
    @returns(AuditEventPageOut)
    def get(self, query: AuditEventsQuery) -> Page[AuditEvent]:
        """List audit events, the newest first."""
        filters = {
            "account": query.account,
            "actor": query.actor,
            "what": query.what and str(query.what),
            "created_at__gt": query.created_after,
            "created_at__lt": query.created_before,
        }
        given = {name: value for name, value in filters.items() if value is not None}
        return service.list_page(PageRequest(query.limit, "-createdAt", query.cursor, given))


blueprint = Blueprint("audit_events", __name__)
blueprint.add_url_rule("", view_func=AuditEventsView.as_view("collection"))
