"""Cross-origin requests from the origins of CORS_ORIGINS, and from no others (Fetch standard)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from app.extensions import settings
from app.hooks.routing import allowed_methods
from app.http import REQUEST_ID_HEADER, without_body

if TYPE_CHECKING:
    from flask import Response

#: if cookiecutter.throttling
_EXPOSED = f"ETag, Location, RateLimit, RateLimit-Policy, Retry-After, {REQUEST_ID_HEADER}"
#: else
_EXPOSED = f"ETag, Location, Retry-After, {REQUEST_ID_HEADER}"
#: endif
# The last four are added by tracing libraries in pages (W3C Trace Context and Baggage).
_ALLOWED_HEADERS = (
    f"Authorization, Content-Type, If-Match, If-None-Match, {REQUEST_ID_HEADER}, "
    "traceparent, tracestate, baggage, sentry-trace"
)
_PREFLIGHT_SECONDS = 3600


def answer_preflight() -> Response | None:
    """Answer a preflight before authentication: browsers send it without the token."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    if not _is_allowed_origin():
        return None
    headers = {
        "Access-Control-Allow-Methods": ", ".join(allowed_methods()),
        "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
    }
    return without_body(204, headers)


def share(response: Response) -> Response:
    """Let an allowed origin read the answer; caches keep the answers of origins apart."""
    response.vary.add("Origin")
    #: if cookiecutter.oauth == "server"
    if response.mimetype == "text/html":
        # A page is for the person in front of it: pages of other origins must not read it.
        return response
    #: endif
    if _is_allowed_origin():
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return response


def _is_allowed_origin() -> bool:
    return request.headers.get("Origin") in settings.CORS_ORIGINS
