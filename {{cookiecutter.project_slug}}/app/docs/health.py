"""What the API document says of the probes."""

from __future__ import annotations

from app.docs import Doc

LIVE = Doc("Service", operation_id="checkLive", answer={"status": "live", "release": "2026.1"})

READY = Doc(
    "Service",
    operation_id="checkReady",
    description="503 while MongoDB is away or does not fit this release.",
    answer={"status": "ready", "release": "2026.1"},
)
