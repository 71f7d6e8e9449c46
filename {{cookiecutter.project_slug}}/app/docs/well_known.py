"""What the API document says of the public keys."""

from __future__ import annotations

from typing import Any

KEY_SET: dict[str, Any] = {
    "tags": ["Service"],
    "operationId": "readKeySet",
    "summary": "The keys that verify this API's tokens",
    "description": "A JSON Web Key Set (RFC 7517); retired keys stay until their tokens are over.",
}
