"""Authorization codes: issued once, exchanged once (RFC 6749 section 4.1.2)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from app.accounts import sessions
from app.audit import recording
from app.database.documents import derived_id, new_id, utc_now
from app.extensions import settings
from app.oauth.models import AuthorizationCode
from app.security_events import Event

if TYPE_CHECKING:
    from uuid import UUID

    from app.accounts.callers import Proven

COLLECTION = "oauth_codes"


def issue(client_id: UUID, granter: Proven, scope: str, asked: dict[str, str]) -> str:
    """Return a new code for what an account granted; *asked* is the client's request."""
    code = secrets.token_urlsafe(32)
    now = utc_now()
    AuthorizationCode(
        id=derived_id(COLLECTION, code),
        client_id=client_id,
        account=granter.account_id,
        credential_version=granter.credential_version,
        session_id=new_id(),
        redirect_uri=asked.get("redirect_uri"),
        scope=scope,
        code_challenge=asked["code_challenge"],
        code_challenge_method=asked["code_challenge_method"],
        good_until=now + timedelta(seconds=settings.OAUTH_CODE_SECONDS),
        # Kept as long as the tokens made from it can be valid.
        expires_at=now + timedelta(seconds=settings.JWT_REFRESH_SECONDS),
    ).save(force_insert=True)
    return code


def find(code: str, client_id: UUID) -> AuthorizationCode | None:
    """Return the client's code if it is valid; using a code again ends its session."""
    stored: AuthorizationCode | None = AuthorizationCode.objects(
        id=derived_id(COLLECTION, code), client_id=client_id
    ).first()
    if stored is None:
        return None
    if stored.is_used:
        # What is too late for a first use is not too late to notice a second one.
        end_reused(stored)
        return None
    return stored if stored.good_until > utc_now() else None


def consume(stored: AuthorizationCode) -> bool:
    """Mark the code as used; of many at once this is true for one, and ends the session for all.

    One atomic update decides.
    """
    won = AuthorizationCode.objects(id=stored.id, is_used=False).modify(set__is_used=True)
    if won is None:
        end_reused(stored)
    return won is not None


def end_reused(stored: AuthorizationCode) -> None:
    """End the session of a code that was used twice: one of the two users stole it."""
    recording.record(
        Event.CODE_REUSED,
        stored.account.pk,
        clientId=stored.client_id,
        # Whoever has it can send it as often as they like.
        once=str(stored.id),
    )
    # The mark comes first: a session that is about to begin looks for it.
    AuthorizationCode.objects(id=stored.id).update_one(set__is_reused=True)
    sessions.log_out(stored.account.pk, stored.session_id)


def end_if_reused(stored: AuthorizationCode) -> None:
    """End the session that just began where the code came a second time meanwhile."""
    if AuthorizationCode.objects(id=stored.id, is_reused=True).first() is not None:
        sessions.log_out(stored.account.pk, stored.session_id)
