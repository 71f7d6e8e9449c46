"""The name by which other apps know this server: an https address without a path (RFC 8414)."""

from __future__ import annotations

from app.extensions import settings


def name_issuer() -> str:
    """Return OAUTH_ISSUER or, where that is unset, what the other settings say of the address."""
    return settings.OAUTH_ISSUER or settings.likely_issuer
