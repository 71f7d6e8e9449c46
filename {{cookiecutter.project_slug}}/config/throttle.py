"""Settings of the throttle: how many requests are served, and where they are counted."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import limits
from limits.storage import SCHEMES  # type: ignore[attr-defined]  # exported, but not by __all__
from pydantic import AfterValidator, Field

from config.core import CoreSettings


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


Limits = Annotated[str, AfterValidator(check_limits)]
StorageURI = Annotated[str, AfterValidator(check_storage_uri)]


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
        None, repr=False, description="Where requests are counted; MongoDB where it is unset."
    )
