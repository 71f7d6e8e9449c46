"""Settings of the queue: its broker, and exports, which are what it is for."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.core import SLUG, CoreSettings
from config.fields import SERVER, PositiveNumber, WholeNumber

BROKERS: Final = ("redis", "rediss", "valkey", "valkeys", "amqp", "amqps")


def check_broker_uri(uri: str) -> str:
    """Refuse a broker that is not known to keep every message."""
    try:
        parts = urlsplit(uri)
        is_known = parts.scheme in BROKERS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_known = False
    if not is_known:
        schemes = ", ".join(f"{scheme}://" for scheme in BROKERS)
        raise ValueError(f"must be the URI of a broker, with one of {schemes} and a host")
    return uri


BrokerURI = Annotated[str, AfterValidator(check_broker_uri), SERVER, Field(repr=False)]


class QueueSettings(CoreSettings):
    """Which broker carries the ids of jobs, and how large exports may be."""

    BROKER_URI: BrokerURI = Field(
        examples=["redis://localhost:6379"],
        description="Where the ids of jobs are sent, with credentials: Redis, Valkey or RabbitMQ.",
    )
    JOB_QUEUE: str = Field(
        SLUG, pattern=r"^[0-9A-Za-z_.-]{1,100}$", description="Queue of that broker."
    )
    EXPORT_LIMIT: PositiveNumber = Field(10, le=100, description="Exports kept per account.")
    EXPORT_CHUNK_BYTES: WholeNumber = Field(
        262_144, ge=1024, le=8_388_608, description="Size of the pieces that exports are stored in."
    )
