"""What clients can look up about this server: the metadata of RFC 8414."""

from __future__ import annotations

from typing import Any

from app.services.oauth.grants import METHODS
from app.services.oauth.issuer import name_issuer
from app.services.oauth.scopes import known_scopes
from app.services.oauth.server import AUTHORIZE, REVOKE, TOKEN


def describe_server(root: str) -> dict[str, Any]:
    """Return the members of RFC 8414 section 2 that apply here, under the path *root*."""
    issuer = name_issuer()
    base = f"{issuer}{root}"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{base}{AUTHORIZE}",
        "token_endpoint": f"{base}{TOKEN}",
        "revocation_endpoint": f"{base}{REVOKE}",
        #: if cookiecutter.jwt_algorithm != "HS256"
        "jwks_uri": f"{base}/.well-known/jwks.json",
        #: endif
        "scopes_supported": [*known_scopes()],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["en", "ko"],
    }
