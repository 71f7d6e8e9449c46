"""Settings of jobs: the broker, its workers, and exports."""

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


class JobSettings(CoreSettings):
    """How jobs that take longer than a request are done, and how often they are tried."""

    BROKER_URI: BrokerURI = Field(
        examples=["redis://localhost:6379"],
        description="Where the ids of jobs are sent, with credentials: Redis, Valkey or RabbitMQ.",
    )
    JOB_QUEUE: str = Field(
        SLUG, pattern=r"^[0-9A-Za-z_.-]{1,100}$", description="Queue of that broker."
    )
    JOB_LEASE_SECONDS: PositiveNumber = Field(
        60, le=3600, description="Silence of a worker after which another takes its job over."
    )
    JOB_MAX_ATTEMPTS: PositiveNumber = Field(
        5, le=100, description="Attempts after which a job has failed for good."
    )
    JOB_RETRY_SECONDS: PositiveNumber = Field(
        5, le=3600, description="Pause after the first failed attempt; each further one doubles it."
    )
    JOB_RETENTION_SECONDS: PositiveNumber = Field(
        604_800, le=31_536_000, description="Time that a finished job and its result are kept."
    )
    WORKER_CONCURRENCY: PositiveNumber = Field(
        2, le=64, description="Jobs that one worker does at a time."
    )
    EXPORT_LIMIT: PositiveNumber = Field(10, le=100, description="Exports kept per account.")
    EXPORT_CHUNK_BYTES: WholeNumber = Field(
        262_144, ge=1024, le=8_388_608, description="Size of the pieces that exports are stored in."
    )
