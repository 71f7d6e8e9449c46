"""Settings of log-ins: how many may fail, and what a password costs to check."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from config.core import CoreSettings
from config.fields import PositiveNumber, WholeNumber


class LoginSettings(CoreSettings):
    """The jail, and Argon2id."""

    LOGIN_MAX_RETRY: PositiveNumber = Field(
        5, le=100, description="Failed logins of one account from one address that jail them."
    )
    LOGIN_ACCOUNT_MAX_RETRY: PositiveNumber = Field(
        100, le=10_000, description="Failed logins of one account from everywhere that jail it."
    )
    LOGIN_ADDRESS_MAX_RETRY: PositiveNumber = Field(
        100, le=10_000, description="Failed logins from one address that jail it."
    )
    LOGIN_WINDOW_SECONDS: PositiveNumber = Field(
        900, description="Time within which failed logins are counted together."
    )
    LOGIN_JAIL_SECONDS: PositiveNumber = Field(
        60, description="Length of the first jail; each further one is twice as long."
    )
    LOGIN_JAIL_MAX_SECONDS: PositiveNumber = Field(3600, description="Length of the longest jail.")

    ARGON2_TIME_COST: WholeNumber = Field(
        2, ge=2, le=100, description="Passes of Argon2id; 2 at least."
    )
    ARGON2_MEMORY_KIB: WholeNumber = Field(
        19_456, ge=19_456, le=4_194_304, description="Memory of Argon2id in KiB; 19456 at least."
    )
    ARGON2_PARALLELISM: PositiveNumber = Field(1, le=64, description="Lanes of Argon2id.")

    @field_validator("LOGIN_JAIL_MAX_SECONDS")
    @classmethod
    def _check_jail(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("LOGIN_JAIL_SECONDS", 0):
            raise ValueError("must not be less than LOGIN_JAIL_SECONDS")
        return value
