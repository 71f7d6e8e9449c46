"""What clients read about the server (RFC 8414)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.views import MethodView

from app.decorators import Reply, documented, public, returns, sends, without_database
from app.http import JSON_MEDIA_TYPE
from app.oauth import docs, name_issuer
from app.oauth.grants import METHODS
from app.oauth.schemas import OAuthMetadataOut
from app.oauth.scopes import known_scopes
from app.oauth.server import AUTHORIZE, REVOKE, TOKEN


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


_CACHING = {"Cache-Control": "public, max-age=300"}


class MetadataView(MethodView):
    """What the server can do."""

    @documented(docs.METADATA)
    @public
    @without_database
    @sends(JSON_MEDIA_TYPE)
    @returns(OAuthMetadataOut)
    def get(self) -> Reply:
        """Tell a client what it needs to know of this server."""
        return Reply(describe_server(request.script_root), _CACHING)


blueprint = Blueprint("oauth_metadata", __name__)
blueprint.add_url_rule("/oauth-authorization-server", view_func=MetadataView.as_view("metadata"))
