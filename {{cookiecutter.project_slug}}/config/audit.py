"""Settings of audit events."""

from __future__ import annotations

from pydantic import Field

from config.core import CoreSettings
from config.fields import WholeNumber


class AuditSettings(CoreSettings):
    """How long it is known who did what."""

    AUDIT_RETENTION_SECONDS: WholeNumber = Field(
        31_536_000,
        ge=86_400,
        le=315_360_000,
        description="Time that audit events are kept; a change counts for later ones.",
    )
