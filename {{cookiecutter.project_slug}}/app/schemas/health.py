"""Probes on the wire."""

from __future__ import annotations

from app.schemas.base import Representation


class HealthOut(Representation):
    """How the process is, and which release it runs."""

    status: str
    release: str
