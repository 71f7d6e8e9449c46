"""Settings of every project: its secret, its database, and the base of all other settings."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from config.fields import SERVER, MongoURI, Names, Secret

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

SLUG: Final = "{{ cookiecutter.project_slug }}"


class CoreSettings(BaseModel):
    """The base of every feature's settings: frozen, and without values in errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True
    )

    SECRET_KEY: Secret = Field(description="Signs what Flask signs; at least 32 random bytes.")
    ALLOW_PLAINTEXT: Names = Field(
        (),
        examples=["MONGODB_URI"],
        description="Settings whose servers, on a network of your own, production may reach "
        "without TLS, comma-separated.",
    )
    MONGODB_URI: MongoURI = Field(description="Where MongoDB is, with credentials and database.")
    MONGODB_TIMEOUT_SECONDS: float = Field(
        2.5, gt=0, le=2.9, description="Time that all database calls of one request have together."
    )

    @classmethod
    def servers(cls) -> tuple[str, ...]:
        """Return the settings that name a server to which secrets go."""
        return tuple(name for name, field in cls.model_fields.items() if SERVER in _marks(field))

    @field_validator("ALLOW_PLAINTEXT")
    @classmethod
    def _check_allow_plaintext(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not set(names) <= set(cls.servers()):
            raise ValueError("must list settings, of these: " + ", ".join(cls.servers()))
        return names


def _marks(field: FieldInfo) -> list[object]:
    """Return what a setting's type is annotated with; that of an optional one is in a union."""
    inside = (getattr(kind, "__metadata__", ()) for kind in get_args(field.annotation))
    return [*field.metadata, *chain.from_iterable(inside)]


def refuse_reuse(value: str, info: ValidationInfo, *names: str) -> None:
    """Raise ValueError if *value* is also that of another setting, one of *names*."""
    for name in names:
        other = info.data.get(name, ())
        if value == other or (isinstance(other, tuple) and value in other):
            raise ValueError(f"must not be {name} again")
