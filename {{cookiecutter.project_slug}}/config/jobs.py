"""Settings of jobs, and of the workers that do them."""

from __future__ import annotations

from pydantic import Field

from config.core import CoreSettings
from config.fields import PositiveNumber


class JobSettings(CoreSettings):
    """How jobs that take longer than a request are done, and how often they are tried."""

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
