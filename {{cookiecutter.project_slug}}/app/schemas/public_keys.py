"""Public keys on the wire; RFC 7517 and RFC 7518 fix the names."""

from __future__ import annotations

from typing import Any

from app.schemas.base import Representation


class KeySetOut(Representation):
    """A JSON Web Key Set."""

    keys: list[dict[str, Any]]
