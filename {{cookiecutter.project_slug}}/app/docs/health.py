"""What the API document says of the probes."""

from __future__ import annotations

from typing import Any

from app.errors import ServiceUnavailableError

LIVE: dict[str, Any] = {
    "tags": ["Service"],
    "operationId": "checkLive",
    "summary": "Is the process alive",
    "answer": {"status": "live", "release": "2026.1"},
}

READY: dict[str, Any] = {
    "tags": ["Service"],
    "operationId": "checkReady",
    "summary": "Is the process ready for traffic",
    "description": "503 while MongoDB is away or does not fit this release.",
    "raises": (ServiceUnavailableError,),
    "answer": {"status": "ready", "release": "2026.1"},
}
