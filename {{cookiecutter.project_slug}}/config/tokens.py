"""Settings of tokens and of the sessions that they belong to."""

from __future__ import annotations

from typing import Literal

#: if cookiecutter.jwt_algorithm == "HS256"
from pydantic import Field, ValidationInfo, field_validator

from config import strong_secrets
from config.core import SLUG, CoreSettings, refuse_reuse
#: else
from pydantic import Field, field_validator

from config import key_pairs
from config.core import SLUG, CoreSettings
#: endif
from config.fields import PositiveNumber, WholeNumber


class TokenSettings(CoreSettings):
    """What signs tokens, what they say, and how long they and their sessions are good."""

    JWT_ALGORITHM: Literal["{{ cookiecutter.jwt_algorithm }}"] = Field(
        "{{ cookiecutter.jwt_algorithm }}", description="The one algorithm; fixed in this project."
    )
    #: if cookiecutter.jwt_algorithm == "HS256"
    JWT_SECRET_KEY: str = Field(
        repr=False, description="Signs tokens; at least 32 random bytes, not SECRET_KEY."
    )
    #: else
    JWT_PRIVATE_KEY: str = Field(
        repr=False,
        description="Signs tokens; a private key in PEM. In .env it is one line in double quotes, "
        "with `\\n` for each line end.",
    )
    JWT_RETIRED_PUBLIC_KEYS: str = Field(
        "",
        examples=[r'"-----BEGIN PUBLIC KEY-----\nMCow…\n-----END PUBLIC KEY-----\n"'],
        description="Public keys in PEM whose tokens are still accepted, written as that is.",
    )
    #: endif
    JWT_ISSUER: str = Field(SLUG, min_length=1, description="iss of every token.")
    JWT_AUDIENCE: str = Field(SLUG, min_length=1, description="aud of every token.")
    JWT_ACCESS_SECONDS: WholeNumber = Field(
        900, ge=60, le=900, description="Lifetime of an access token; 900 at most."
    )
    JWT_REFRESH_SECONDS: WholeNumber = Field(
        604_800, ge=900, le=2_592_000, description="Lifetime of a refresh token; 30 days at most."
    )
    SESSION_LIMIT: PositiveNumber = Field(
        10, le=100, description="Sessions kept per account; the oldest ends first."
    )
    SESSION_MAX_SECONDS: WholeNumber = Field(
        2_592_000,
        ge=900,
        le=31_536_000,
        description="Time after which a session ends, whatever is refreshed; a year at most.",
    )
    LOGIN_FRESH_SECONDS: PositiveNumber = Field(
        300, le=900, description="Age of the log-in that may do what cannot be undone; 900 at most."
    )

    #: if cookiecutter.jwt_algorithm == "HS256"
    @field_validator("JWT_SECRET_KEY")
    @classmethod
    def _check_jwt_secret_key(cls, value: str, info: ValidationInfo) -> str:
        refuse_reuse(value, info, "SECRET_KEY")
        return strong_secrets.check_hmac_secret(value)
    #: else
    @field_validator("JWT_PRIVATE_KEY")
    @classmethod
    def _check_jwt_private_key(cls, value: str) -> str:
        return key_pairs.check_private_key(value, "{{ cookiecutter.jwt_algorithm }}")

    @field_validator("JWT_RETIRED_PUBLIC_KEYS")
    @classmethod
    def _check_jwt_retired_public_keys(cls, value: str) -> str:
        return value and key_pairs.check_public_keys(value, "{{ cookiecutter.jwt_algorithm }}")
    #: endif
