"""Give every request an id: the answer carries it, the log names it."""

from __future__ import annotations

from uuid import UUID

from flask import request
from uuid6 import uuid7

from app.constants import REQUEST_ID_HEADER
from app.context import context

_UUID_LENGTH = 36


def assign() -> None:
    """Take the client's request id where it is a UUID, and make one where it is not.

    Anything else is not taken: it would let a client write into the log.
    """
    offered = request.headers.get(REQUEST_ID_HEADER)
    context.request_id = (offered and _canonical(offered)) or str(uuid7())


def _canonical(text: str) -> str | None:
    if len(text) != _UUID_LENGTH:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return None
