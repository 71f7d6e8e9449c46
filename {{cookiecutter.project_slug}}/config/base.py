"""Every setting there is, declared once: name, kind, default and meaning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from config import (
    #: if cookiecutter.jwt_algorithm != "HS256"
    key_pairs,
    #: endif
    #: if cookiecutter.jwt_algorithm == "HS256"
    keys,
    #: endif
)
from config.environment import ConfigurationError, Environment
from config.kinds import (
    #: if cookiecutter.field_encryption
    FernetKeys,
    #: endif
    Hosts,
    #: if cookiecutter.throttling
    Limits,
    #: endif
    MongoURI,
    #: if cookiecutter.cors
    Origins,
    #: endif
    PositiveNumber,
    Secret,
    #: if cookiecutter.throttling
    StorageURI,
    #: endif
    #: if cookiecutter.api_docs != "none"
    Switch,
    #: endif
    WholeNumber,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SLUG: Final = "{{ cookiecutter.project_slug }}"


class Base(BaseModel):
    """The settings that every environment shares; made by the caller's choice of a subclass."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True
    )

    # Variables of Flask and its kin that an environment refuses to see switched on.
    SWITCHED_OFF: ClassVar[tuple[str, ...]] = ()
    #: if cookiecutter.security_headers
    # Whether plain HTTP is refused: a choice of the environment's class, not of a variable.
    REQUIRES_HTTPS: ClassVar[bool] = False
    #: endif

    SECRET_KEY: Secret = Field(description="Signs what Flask signs; at least 32 random bytes.")
    MONGODB_URI: MongoURI = Field(description="Where MongoDB is, with credentials and database.")
    MONGODB_TIMEOUT_SECONDS: float = Field(
        2.5, gt=0, le=2.9, description="Time that all database calls of one request have together."
    )

    JWT_ALGORITHM: Literal["{{ cookiecutter.jwt_algorithm }}"] = Field(
        "{{ cookiecutter.jwt_algorithm }}", description="The one algorithm; fixed in this project."
    )
    #: if cookiecutter.jwt_algorithm == "HS256"
    JWT_SECRET_KEY: str = Field(
        repr=False, description="Signs tokens; at least 32 random bytes, not SECRET_KEY."
    )
    #: else
    JWT_PRIVATE_KEY: str = Field(repr=False, description="Signs tokens; a private key in PEM.")
    JWT_RETIRED_PUBLIC_KEYS: str = Field(
        "", description="Public keys in PEM whose tokens are still accepted."
    )
    #: endif
    JWT_ISSUER: str = Field(SLUG, min_length=1, description="iss of every token.")
    JWT_AUDIENCE: str = Field(SLUG, min_length=1, description="aud of every token.")
    JWT_ACCESS_SECONDS: WholeNumber = Field(
        900, ge=60, le=900, description="Lifetime of an access token."
    )
    JWT_REFRESH_SECONDS: WholeNumber = Field(
        604_800, ge=900, le=2_592_000, description="Lifetime of a refresh token."
    )
    SESSION_LIMIT: PositiveNumber = Field(
        10, le=100, description="Sessions kept per account; the oldest ends first."
    )

    LOGIN_MAX_RETRY: PositiveNumber = Field(
        5, le=100, description="Failed logins of one account that jail it."
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

    ARGON2_TIME_COST: WholeNumber = Field(2, ge=2, le=100, description="Passes of Argon2id.")
    ARGON2_MEMORY_KIB: WholeNumber = Field(
        19_456, ge=19_456, le=4_194_304, description="Memory of Argon2id in KiB."
    )
    ARGON2_PARALLELISM: PositiveNumber = Field(1, le=64, description="Lanes of Argon2id.")

    BIND_ADDRESS: str = Field(
        "127.0.0.1", pattern=r"^[0-9A-Za-z.:\[\]-]+$", description="Address that the server is at."
    )
    PORT: PositiveNumber = Field(8000, le=65_535, description="Port that the server is at.")
    WEB_CONCURRENCY: PositiveNumber = Field(2, le=256, description="Worker processes.")
    TRUSTED_PROXIES: WholeNumber = Field(
        0, le=10, description="Proxies in front whose X-Forwarded-* headers count."
    )
    TRUSTED_HOSTS: Hosts = Field(description="Hosts that requests may name, comma-separated.")
    MAX_BODY_BYTES: PositiveNumber = Field(65_536, description="Length of the longest body.")
    RELEASE: str = Field(
        "development", pattern=r"^[\x21-\x7e]{1,100}$", description="Release id that /health tells."
    )
    #: if cookiecutter.throttling

    RATELIMIT_DEFAULT: Limits = Field(
        "1200 per minute", description="Requests of one caller, over all routes."
    )
    RATELIMIT_AUTH: Limits = Field(
        "30 per minute", description="Requests of one address to sign-up, login and refresh."
    )
    RATELIMIT_STORAGE_URI: StorageURI | None = Field(
        None, repr=False, description="Where requests are counted; MongoDB where it is unset."
    )
    #: endif
    #: if cookiecutter.cors
    CORS_ORIGINS: Origins = Field(
        (), description="Origins whose pages may call this API, comma-separated."
    )
    #: endif
    #: if cookiecutter.api_docs != "none"
    DOCS_ENABLED: Switch = Field(True, description="Whether the page at /docs/ is there.")
    #: endif
    #: if cookiecutter.field_encryption
    FIELD_ENCRYPTION_KEYS: FernetKeys = Field(
        description="Fernet keys, comma-separated: the first encrypts, all decrypt."
    )
    FIELD_INDEX_KEY: Secret = Field(description="Keys the index by which an e-mail is found.")
    #: endif

    @classmethod
    def from_environment(cls, environment: Environment | None = None) -> Self:
        """Return the settings that the environment gives; ConfigurationError names all mistakes."""
        reading = (environment or Environment.load()).read(cls.model_fields, cls.SWITCHED_OFF)
        mistakes = reading.mistakes
        try:
            settings = cls.model_validate(reading.values)
        except ValidationError as error:
            for details in error.errors(include_url=False, include_input=False):
                name = str(details["loc"][0])
                mistakes.setdefault(name, _explain(name, reading.sources.get(name, name), details))
        if mistakes:
            raise ConfigurationError(mistakes.values())
        return settings

    #: if cookiecutter.jwt_algorithm == "HS256"
    @field_validator("JWT_SECRET_KEY")
    @classmethod
    def _check_jwt_secret_key(cls, value: str, info: ValidationInfo) -> str:
        _refuse_reuse(value, info, "SECRET_KEY")
        return keys.check_hmac_secret(value)

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
    #: if cookiecutter.field_encryption
    @field_validator("FIELD_INDEX_KEY")
    @classmethod
    def _check_field_index_key(cls, value: str, info: ValidationInfo) -> str:
        _refuse_reuse(value, info, "SECRET_KEY", "FIELD_ENCRYPTION_KEYS")
        #: if cookiecutter.jwt_algorithm == "HS256"
        _refuse_reuse(value, info, "JWT_SECRET_KEY")
        #: endif
        return value

    #: endif
    @field_validator("LOGIN_JAIL_MAX_SECONDS")
    @classmethod
    def _check_jail(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("LOGIN_JAIL_SECONDS", 0):
            raise ValueError("must not be less than LOGIN_JAIL_SECONDS")
        return value


def _refuse_reuse(value: str, info: ValidationInfo, *names: str) -> None:
    for name in names:
        other = info.data.get(name, ())
        if value == other or (isinstance(other, tuple) and value in other):
            raise ValueError(f"must not be {name} again")


def _explain(name: str, source: str, details: ErrorDetails) -> str:
    """Return one line on a mistake that pydantic found, naming the variable it came from."""
    if details["type"] == "missing":
        return f"{name} must be set, or {name}_FILE"
    phrase = re.sub(r"^(Value error, |\w+ should )", "", details["msg"])
    return f"{source} {phrase}" if details["type"] == "value_error" else f"{source} must {phrase}"
