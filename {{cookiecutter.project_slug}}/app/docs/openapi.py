"""What the API document says of itself."""

from __future__ import annotations

from typing import Any

DOCUMENT: dict[str, Any] = {
    "tags": ["Service"],
    "operationId": "readDocument",
    "summary": "This document",
}
