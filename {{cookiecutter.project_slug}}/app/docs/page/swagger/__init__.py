"""Swagger UI, which also sends requests: give it a token with Authorize."""

from __future__ import annotations

from pathlib import Path

from app.docs.page.viewer import Viewer

VIEWER = Viewer(
    distribution="flask-swagger-ui",
    shipped={
        "swagger-ui.css": "flask_swagger_ui/dist/swagger-ui.css",
        "swagger-ui-bundle.js": "flask_swagger_ui/dist/swagger-ui-bundle.js",
    },
    folder=Path(__file__).parent,
    # Its style sheet draws small pictures out of data: URLs.
    policy=(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
)
