"""What the API document says of the page that shows it."""

from __future__ import annotations

from typing import Any

PAGE: dict[str, Any] = {
    "tags": ["Service"],
    "operationId": "showDocument",
    "summary": "This document as a page",
    "problems": [404],
}

ASSET: dict[str, Any] = {
    "tags": ["Service"],
    "operationId": "readDocumentAsset",
    "summary": "A script or style of the page",
}
