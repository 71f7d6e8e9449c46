"""Audit events for those who look into what has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app import pagination
from app.audit import recording
from app.audit.models import AuditEvent

if TYPE_CHECKING:
    from app.pagination import Page, PageRequest

SORT_FIELDS: Final = {"createdAt": "created_at"}


def list_page(request: PageRequest) -> Page[AuditEvent]:
    """Return one page of all events, those included that are still where they were written."""
    recording.move_left()
    return pagination.find_page(AuditEvent.objects, request, SORT_FIELDS, None)
