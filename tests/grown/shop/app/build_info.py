"""Which build runs: an extension as others write them, which knows nothing of contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Add the route, which asks for a token as all do."""
    app.add_url_rule("/api/v1/build", "build", tell)


def tell() -> dict[str, str]:
    """Return the release."""
    return {"release": current_app.config["RELEASE"]}
