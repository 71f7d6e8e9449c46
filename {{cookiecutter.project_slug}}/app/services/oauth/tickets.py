"""What a page carries from one step to the next: signed, short-lived, and good in one browser.

The secret of the browser is in a cookie, and never on a page: a page that was made for another
browser is good for nothing in this one, which is what keeps forged forms out.
"""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer

from app.extensions import settings

SECONDS: Final = 600
BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def name_browser(told: str | None) -> str:
    """Return the secret that a browser told, or a new one where that is none of ours."""
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


def _serializer(step: str, browser: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.SECRET_KEY, salt=f"oauth {step} {browser}")
