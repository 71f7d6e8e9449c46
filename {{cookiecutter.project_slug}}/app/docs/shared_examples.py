"""Examples that several operations show; the suite holds them against the schemas."""

from __future__ import annotations

from typing import Any

ACCOUNT: dict[str, Any] = {
    "id": "0197a1f2-5d20-7c41-9e0b-3f6a8d1c2b47",
    "email": "minji@example.com",
    "displayName": "김민지",
    "createdAt": "2026-01-31T09:26:53.589000Z",
    "updatedAt": "2026-01-31T09:26:53.589000Z",
}

TOKEN_PAIR: dict[str, Any] = {
    "accessToken": "eyJhbGciOi…",
    "refreshToken": "eyJhbGciOi…",
    "tokenType": "Bearer",
    "expiresIn": 900,
}
