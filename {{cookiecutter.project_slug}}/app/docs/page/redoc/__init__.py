"""Redoc, which reads well and sends no requests."""

from __future__ import annotations

from pathlib import Path

from app.docs.page.viewer import Viewer

_TEMPLATES = "flask_openapi_redoc/templates/redoc"

VIEWER = Viewer(
    distribution="flask-openapi-redoc",
    shipped={
        "redoc.svg": f"{_TEMPLATES}/images/redoc.svg",
        "redoc.standalone.js": f"{_TEMPLATES}/js/redoc.standalone.js",
    },
    folder=Path(__file__).parent,
    # It writes style elements while it runs; small pictures and a font are data: URLs in it.
    policy=(
        "default-src 'none'; script-src 'self'; style-src 'nonce-NONCE'; img-src 'self' data:; "
        "font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    # Its attribution would fetch a picture from its maker's host; the package ships one.
    foreign=dict.fromkeys(
        (
            "https://cdn.redoc.ly/redoc/logo-mini.svg",
            "https://cdn.redoc.ly/redoc/logo-mini-full.svg",
        ),
        "redoc.svg",
    ),
)
