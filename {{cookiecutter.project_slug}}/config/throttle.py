"""Settings of the throttle: how many requests are served, and where they are counted."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

import limits
from pydantic import AfterValidator, Field

from config.core import CoreSettings
from config.fields import SERVER

# All processes must count in one place. Clusters are left out: limits asks them at a start.
SHARED: Final = (
    *("redis", "rediss", "redis+unix", "redis+sentinel"),
    *("valkey", "valkeys", "valkey+unix", "valkey+sentinel", "memcached"),
)


def check_limits(text: str) -> str:
    """Refuse a text that is no list of limits such as "30 per minute; 1000 per day"."""
    try:
        limits.parse_many(text)
    except ValueError:
        raise ValueError('must be limits such as "30 per minute; 1000 per day"') from None
    return text


def check_storage_uri(uri: str) -> str:
    """Refuse a storage that processes do not share."""
    try:
        is_shared = urlsplit(uri).scheme in SHARED
    except ValueError:
        is_shared = False
    if not is_shared:
        schemes = ", ".join(f"{scheme}://" for scheme in SHARED)
        raise ValueError(f"must be the URI of a store, with one of {schemes}")
    return uri


Limits = Annotated[str, AfterValidator(check_limits)]
StorageURI = Annotated[str, AfterValidator(check_storage_uri), SERVER]


class ThrottleSettings(CoreSettings):
    """The limits."""

    RATELIMIT_DEFAULT: Limits = Field(
        "1200 per minute",
        description="Requests of one caller, over all routes that have no limit of their own.",
    )
    RATELIMIT_AUTH: Limits = Field(
        "30 per minute", description="Requests of one caller to each route of /auth."
    )
    RATELIMIT_STORAGE_URI: StorageURI | None = Field(
        None,
        repr=False,
        examples=["redis://localhost:6379"],
        description="Where requests are counted; MongoDB where it is unset. "
        "Redis wants the package `redis`.",
    )
