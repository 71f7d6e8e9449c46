"""Check the limits and the storage of the throttle."""

from __future__ import annotations

from urllib.parse import urlsplit

import limits
from limits.storage import SCHEMES  # type: ignore[attr-defined]  # exported, but not by __all__


def check_limits(text: str) -> str:
    """Refuse a text that is no list of limits such as "30 per minute; 1000 per day"."""
    try:
        limits.parse_many(text)
    except ValueError:
        raise ValueError('must be limits such as "30 per minute; 1000 per day"') from None
    return text


def check_storage_uri(uri: str) -> str:
    """Refuse a storage that limits does not know, and asynchronous ones."""
    scheme = urlsplit(uri).scheme
    if scheme not in SCHEMES or scheme.startswith("async+"):
        raise ValueError("must be a storage that limits knows, such as redis://host:6379")
    return uri
