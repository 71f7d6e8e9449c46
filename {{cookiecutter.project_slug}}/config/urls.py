"""Tell addresses of servers that this API speaks with from anything else."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def split(url: str) -> SplitResult | None:
    """Return the parts of an http or https URL that names a server; None where it is none."""
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"}
    return parts if is_web and is_whole and url.isprintable() else None


def is_private(parts: SplitResult) -> bool:
    """Tell whether nobody can listen in on the way: by TLS, or on this machine (RFC 8252 8.3)."""
    return parts.scheme == "https" or parts.hostname in LOOPBACK
