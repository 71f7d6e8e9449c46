"""What a page carries from one step to the next: signed, short-lived, valid in one browser.

The browser's secret is in a cookie and never on a page: a page made for another browser is invalid
in this one, which keeps forged forms out.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from mongoengine import NotUniqueError

from app.accounts.callers import Proven
from app.database.documents import new_id, utc_now
from app.extensions import settings
from app.oauth.models import UsedConsent

SECONDS: Final = 600
# What a consent page carries beside the request of the client.
CONSENT: Final = frozenset({"page", "account_id", "credential_version"})
BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def name_browser(told: str | None) -> str:
    """Return the secret that a browser sent, or a new one if it did not come from us."""
    return told if told and BROWSER.fullmatch(told) else secrets.token_urlsafe(32)


def issue(step: str, browser: str, content: dict[str, Any]) -> str:
    """Return a ticket to *step*."""
    return _serializer(step, browser).dumps(content)


def read(step: str, browser: str | None, ticket: str) -> dict[str, Any] | None:
    """Return what the ticket carries; None where it is another's, another step's, or old."""
    if not browser or not BROWSER.fullmatch(browser):
        return None
    try:
        content: dict[str, Any] = _serializer(step, browser).loads(ticket, max_age=SECONDS)
    except BadData:
        return None
    return content


def describe_consent(granter: Proven) -> dict[str, Any]:
    """Return what the ticket of a consent page carries: which page, and who is asked."""
    return {
        "page": str(new_id()),
        "account_id": str(granter.account_id),
        "credential_version": granter.credential_version,
    }


def take_consent(content: dict[str, Any]) -> Proven | None:
    """Return who decided on a page; None if it was used before or has an older form.

    Of parallel requests with the same page, one succeeds in storing that it was used.
    """
    if not content.keys() >= CONSENT:
        return None
    used = UsedConsent(id=UUID(content["page"]), expires_at=utc_now() + timedelta(seconds=SECONDS))
    try:
        used.save(force_insert=True)
    except NotUniqueError:
        return None
    return Proven(UUID(content["account_id"]), content["credential_version"])


def _serializer(step: str, browser: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.SECRET_KEY, salt=f"oauth {step} {browser}")
