"""What an account has granted to other apps, as its owner sees it and ends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.accounts import own_sessions
from app.oauth.models import OAuthClient

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.accounts.callers import Caller


@dataclass(frozen=True, slots=True)
class OpenGrant:
    """What an owner is told of a grant."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    client_id: UUID
    # None where an operator has removed the app since.
    client_name: str | None
    scopes: tuple[str, ...]


def list_grants(caller: Caller) -> list[OpenGrant]:
    """Return what the caller's account has granted to other apps, the oldest first."""
    found = own_sessions.find_open(caller)
    clients = OAuthClient.objects(id__in={each.client_id for each in found} - {None})
    names = dict(clients.scalar("id", "name"))
    return [
        OpenGrant(
            id=each.id,
            created_at=each.created_at,
            last_used_at=each.last_used_at,
            client_id=each.client_id,
            client_name=names.get(each.client_id),
            scopes=each.scopes,
        )
        for each in found
        if each.client_id is not None
    ]
