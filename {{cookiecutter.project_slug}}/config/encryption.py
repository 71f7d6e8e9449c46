"""Settings of encrypted fields: their keys."""

from __future__ import annotations

from typing import Annotated

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from config import strong_secrets
from config.core import refuse_reuse
from config.fields import Secret, Switch, read_list
from config.tokens import TokenSettings


def check_fernet_keys(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an entry that is no Fernet key, can be guessed or is listed twice."""
    for value in values:
        try:
            Fernet(value)
        except ValueError:
            raise ValueError("must list Fernet keys: 32 random bytes in URL-safe base64") from None
        strong_secrets.check_secret(value)
    if len(set(values)) < len(values):
        raise ValueError("must not list a key twice")
    return values


def generate_fernet_key() -> str:
    """Return a new key."""
    return Fernet.generate_key().decode()


FernetKeys = Annotated[
    tuple[str, ...],
    BeforeValidator(read_list),
    AfterValidator(check_fernet_keys),
    Field(repr=False),
]


class EncryptionSettings(TokenSettings):
    """The keys, and whether only sealed values are accepted."""

    FIELD_ENCRYPTION_KEYS: FernetKeys = Field(
        description="Fernet keys, comma-separated: the first encrypts, all decrypt."
    )
    FIELD_INDEX_KEY: Secret = Field(description="Keys the index by which an e-mail is found.")
    FIELD_INDEX_KEY_PREVIOUS: str | None = Field(
        None,
        repr=False,
        examples=["the-key-before"],
        description="The index key before, while the key is being changed: the new one finds no "
        "account without it until `flask encryption rotate` has renewed the index.",
    )
    FIELD_ENCRYPTION_STRICT: Switch = Field(
        False,
        description="Whether to refuse to start on a database that is not sealed yet; "
        "`flask encryption apply` seals it.",
    )

    @field_validator("FIELD_INDEX_KEY", "FIELD_INDEX_KEY_PREVIOUS")
    @classmethod
    def _check_field_index_key(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        refuse_reuse(value, info, "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "FIELD_INDEX_KEY")
        #: if cookiecutter.jwt_algorithm == "HS256"
        refuse_reuse(value, info, "JWT_SECRET_KEY")
        #: endif
        return strong_secrets.check_secret(value)
