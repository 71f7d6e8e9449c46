"""Settings of every project: its secret, its database, and the base of all other settings."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo

from config.fields import MongoURI, Secret, Servers

SLUG: Final = "{{ cookiecutter.project_slug }}"


class CoreSettings(BaseModel):
    """The base of every feature's settings: frozen, and without values in errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True
    )

    SECRET_KEY: Secret = Field(description="Signs what Flask signs; at least 32 random bytes.")
    ALLOW_PLAINTEXT: Servers = Field(
        (), description="Settings whose servers production may reach without TLS, comma-separated."
    )
    MONGODB_URI: MongoURI = Field(description="Where MongoDB is, with credentials and database.")
    MONGODB_TIMEOUT_SECONDS: float = Field(
        2.5, gt=0, le=2.9, description="Time that all database calls of one request have together."
    )


def refuse_reuse(value: str, info: ValidationInfo, *names: str) -> None:
    """Raise ValueError if *value* is also that of another setting, one of *names*."""
    for name in names:
        other = info.data.get(name, ())
        if value == other or (isinstance(other, tuple) and value in other):
            raise ValueError(f"must not be {name} again")
