"""The API document itself.

Where OPENAPI_ENABLED is off nothing is routed: there is no document to find, and no page of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, current_app, request
from flask.views import MethodView

from app.decorators import documented, public, with_free_query, without_database
from app.extensions import app_settings
from app.openapi.document import make_document
from app.operations import SERVICE, Doc

if TYPE_CHECKING:
    from flask.sansio.blueprints import BlueprintSetupState

_AT_ROOT = b'"servers":[{"url":"/"}]'


class DocumentView(MethodView):
    """The OpenAPI document."""

    @documented(Doc(SERVICE))
    @public
    @without_database
    @with_free_query
    def get(self) -> Response:
        """Read this document.

        It holds every operation of the API, with all that each can answer; clients can be
        generated from it.
        """
        document = _document()
        if root := request.script_root:
            # One is kept, whatever proxies say of the path in front.
            document = document.replace(_AT_ROOT, _AT_ROOT.replace(b"/", root.encode()), 1)
        return Response(document, content_type="application/json")


def _document() -> bytes:
    """Return the document; it is made on the first request and kept."""
    kept: dict[str, Any] = current_app.extensions
    if "openapi_document" not in kept:
        document = make_document(current_app, kept["operations"])
        kept["openapi_document"] = orjson.dumps(document)
    return bytes(kept["openapi_document"])


blueprint = Blueprint("openapi", __name__)


@blueprint.record
def route(state: BlueprintSetupState) -> None:
    """Put the document in its place, where the settings want it."""
    if app_settings.of(state.app).OPENAPI_ENABLED:
        state.add_url_rule("/openapi.json", "document", DocumentView.as_view("document"))
