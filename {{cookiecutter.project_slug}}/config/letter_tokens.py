"""Settings of accounts that mail confirms and recovers: how long what a letter brings counts."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from config.core import CoreSettings
from config.fields import WholeNumber


class LetterTokenSettings(CoreSettings):
    """Lifetimes of the tokens in letters, and of accounts that nobody confirms."""

    RESET_TOKEN_SECONDS: WholeNumber = Field(
        1800, ge=120, le=86_400, description="Time to reset a password by a letter; 120 at least."
    )
    CONFIRM_TOKEN_SECONDS: WholeNumber = Field(
        86_400,
        ge=7200,
        le=604_800,
        description="Time to confirm an address by a letter; 7200 at least.",
    )
    UNCONFIRMED_SECONDS: WholeNumber = Field(
        259_200,
        ge=7200,
        le=31_536_000,
        description="Time after which an account that nobody confirmed is gone.",
    )

    @field_validator("UNCONFIRMED_SECONDS")
    @classmethod
    def _check_unconfirmed(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("CONFIRM_TOKEN_SECONDS", 0):
            raise ValueError("must not be less than CONFIRM_TOKEN_SECONDS")
        return value
