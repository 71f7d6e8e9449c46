"""Settings of second factors: who must have one."""

from __future__ import annotations

from pydantic import Field

from config.core import CoreSettings
from config.fields import Names


class SecondFactorSettings(CoreSettings):
    """Everybody may have one."""

    SECOND_FACTOR_ROLES: Names = Field(
        (),
        examples=["staff,admin"],
        description="Roles that do nothing for which a role is needed before they have a second "
        "factor, comma-separated.",
    )
