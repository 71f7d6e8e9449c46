"""An OAuth 2.0 authorization server on Authlib, as RFC 9700 wants one.

Authorization code with PKCE S256 and rotating refresh tokens, and nothing else. A grant is a
session of the account, so that whatever ends sessions ends grants.
"""

from __future__ import annotations

from app.extensions import settings


def name_issuer() -> str:
    """Return OAUTH_ISSUER or, where that is unset, what the other settings say of the address."""
    return settings.OAUTH_ISSUER or settings.likely_issuer
