"""The page that shows the API document, and the files it loads.

Where DOCS_ENABLED or OPENAPI_ENABLED is off nothing is routed: there is no page to find.
"""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from flask.views import MethodView

from app.decorators import cached, public, sends, unlisted, with_free_query, without_database
from app.extensions import app_settings
from app.openapi.page import VIEWER, media_type_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.sansio.blueprints import BlueprintSetupState

# Links carry the file's version, so that a browser may keep each for a year.
_CACHING = "public, max-age=31536000, immutable"


class PageView(MethodView):
    """The page."""

    @unlisted
    @public
    @without_database
    @with_free_query
    @sends("text/html")
    def get(self) -> Response:
        """Show the API document as a page."""
        nonce = token_urlsafe(16)
        response = Response(VIEWER.make_page(nonce), mimetype="text/html")
        response.headers["Content-Security-Policy"] = VIEWER.make_policy(nonce)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response


def make_asset_view(name: str) -> Callable[[], Response]:
    """Return the view of one file; each has a media type of its own to negotiate."""

    @unlisted
    @cached
    @public
    @without_database
    @with_free_query
    @sends(media_type_of(name))
    def read_asset() -> Response:
        asset = VIEWER.assets[name]
        headers = {"ETag": f'"{asset.version}"', "Cache-Control": _CACHING}
        if not request.if_none_match.contains_weak(asset.version):
            return Response(asset.body, headers=headers, mimetype=media_type_of(name))
        response = Response(status=304, headers=headers)
        del response.headers["Content-Type"]
        return response

    view: Callable[[], Response] = read_asset
    return view


blueprint = Blueprint("docs_page", __name__)


@blueprint.record
def route(state: BlueprintSetupState) -> None:
    """Put page and files in their places, where the settings want them."""
    settings = app_settings.of(state.app)
    if not (settings.DOCS_ENABLED and settings.OPENAPI_ENABLED):
        return
    state.add_url_rule("/", "page", PageView.as_view("page"))
    for name in VIEWER.names:
        state.add_url_rule(f"/{name}", name.replace(".", "-"), make_asset_view(name))
