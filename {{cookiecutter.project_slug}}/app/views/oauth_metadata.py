"""The metadata by which clients find the authorization server (RFC 8414)."""

from __future__ import annotations

from flask import Blueprint, request
from flask.views import MethodView

from app.constants import JSON_MEDIA_TYPE
from app.decorators.contract import Reply, documented, public, returns, sends, without_database
from app.docs import oauth as docs
from app.schemas.oauth import OAuthMetadataOut
from app.services.oauth import metadata

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
        return Reply(metadata.describe_server(request.script_root), _CACHING)


blueprint = Blueprint("oauth_metadata", __name__)
blueprint.add_url_rule("/oauth-authorization-server", view_func=MetadataView.as_view("metadata"))
