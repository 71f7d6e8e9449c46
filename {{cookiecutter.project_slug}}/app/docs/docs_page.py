"""What the API document says of the page that shows it."""

from __future__ import annotations

import re
from typing import Any

PAGE: dict[str, Any] = {
    "tags": ["Service"],
    "operationId": "showDocument",
    "summary": "This document as a page",
}


def describe_asset(name: str) -> dict[str, Any]:
    """Return the words on a file that the page loads."""
    words = re.split(r"\W", name)
    return {
        "tags": ["Service"],
        "operationId": "readAsset" + "".join(word.capitalize() for word in words),
        "summary": f"A file of the page: {name}",
        "is_cached": True,
    }
