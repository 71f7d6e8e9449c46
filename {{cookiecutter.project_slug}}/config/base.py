"""Every setting there is, declared once: name, kind, default and meaning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from config import (
    #: if cookiecutter.jwt_algorithm != "HS256"
    key_pairs,
    #: endif
    #: if cookiecutter.jwt_algorithm == "HS256" or cookiecutter.field_encryption
    strong_secrets,
    #: endif
)
from config.environment import ConfigurationError, Environment
from config.fields import (
    Address,
    #: if cookiecutter.task_queue
    BrokerURI,
    #: endif
    #: if cookiecutter.field_encryption
    FernetKeys,
    #: endif
    Hosts,
    #: if cookiecutter.oauth == "server"
    Issuer,
    #: endif
    #: if cookiecutter.throttling
    Limits,
    #: endif
    MongoURI,
    #: if cookiecutter.cors
    Origins,
    #: endif
    #: if cookiecutter.observability
    Port,
    #: endif
    PositiveNumber,
    Secret,
    #: if cookiecutter.observability
    SentryDSN,
    #: endif
    Servers,
    #: if cookiecutter.throttling
    StorageURI,
    #: endif
    Switch,
    #: if cookiecutter.observability
    TelemetryHeaders,
    TelemetryURL,
    #: endif
    WholeNumber,
    try_mongodb_uri,
)
#: if cookiecutter.uploads
from config.object_store import Bucket, ContentTypes, StoreURL
#: endif
#: if cookiecutter.oauth == "client"
from config.providers import BaseURL, Issuer, RedirectURI, check_provider
#: endif
from config.urls import SubPath

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from config.environment import Reading

SLUG: Final = "{{ cookiecutter.project_slug }}"


class Base(BaseModel):
    """The settings that all environments share; callers use one of its subclasses."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True
    )

    # Variables of Flask and similar tools that must not be switched on here.
    SWITCHED_OFF: ClassVar[tuple[str, ...]] = ()
    # Whether .env must be readable by its owner only.
    KEEPS_SECRETS: ClassVar[bool] = False
    #: if cookiecutter.security_headers
    # Whether plain HTTP is refused: decided by the class, not by a variable.
    REQUIRES_HTTPS: ClassVar[bool] = False
    #: endif
    #: if cookiecutter.observability
    # How log lines look: decided by the class. In tests pytest shows them.
    LOG_STYLE: ClassVar[Literal["json", "readable"] | None] = None
    #: endif

    SECRET_KEY: Secret = Field(description="Signs what Flask signs; at least 32 random bytes.")
    ALLOW_PLAINTEXT: Servers = Field(
        (), description="Settings whose servers production may reach without TLS, comma-separated."
    )
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
    SESSION_MAX_SECONDS: WholeNumber = Field(
        2_592_000,
        ge=900,
        le=31_536_000,
        description="Time after which a session ends, whatever is refreshed.",
    )
    LOGIN_FRESH_SECONDS: PositiveNumber = Field(
        300, le=900, description="Age of the log-in that may do what cannot be undone."
    )
    NOTES_LIMIT: PositiveNumber = Field(
        10_000, le=10_000_000, description="Notes of one account; each new one counts them."
    )

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

    ARGON2_TIME_COST: WholeNumber = Field(2, ge=2, le=100, description="Passes of Argon2id.")
    ARGON2_MEMORY_KIB: WholeNumber = Field(
        19_456, ge=19_456, le=4_194_304, description="Memory of Argon2id in KiB."
    )
    ARGON2_PARALLELISM: PositiveNumber = Field(1, le=64, description="Lanes of Argon2id.")

    BIND_ADDRESS: Address = Field("127.0.0.1", description="Address that the server is at.")
    PORT: PositiveNumber = Field(8000, le=65_535, description="Port that the server is at.")
    WEB_CONCURRENCY: PositiveNumber = Field(2, le=256, description="Worker processes.")
    KEEPALIVE_SECONDS: PositiveNumber = Field(
        75, le=3600, description="Time that a connection waits for its next request."
    )
    REQUEST_HEAD_SECONDS: PositiveNumber = Field(
        10, le=60, description="Time in which a request's line and headers must be there."
    )
    REQUEST_BODY_SECONDS: PositiveNumber = Field(
        30, le=600, description="Time in which a request's body must be there, after its headers."
    )
    TRUSTED_PROXIES: WholeNumber = Field(
        0, le=10, description="Proxies in front whose X-Forwarded-* headers count."
    )
    SCRIPT_NAME: SubPath | None = Field(
        None, description="Path that clients find this API under, as in /shop; none where unset."
    )
    TRUSTED_HOSTS: Hosts = Field(description="Hosts that requests may name, comma-separated.")
    MAX_BODY_BYTES: PositiveNumber = Field(65_536, description="Length of the longest body.")
    RELEASE: str = Field(
        "development", pattern=r"^[\x21-\x7e]{1,100}$", description="Release id that /health tells."
    )
    #: if cookiecutter.throttling

    RATELIMIT_DEFAULT: Limits = Field(
        "1200 per minute",
        description="Requests of one caller, over all routes that have no limit of their own.",
    )
    RATELIMIT_AUTH: Limits = Field(
        "30 per minute", description="Requests of one caller to each route of /auth."
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
    OPENAPI_ENABLED: Switch = Field(True, description="Whether anybody reads /openapi.json.")
    #: if cookiecutter.api_docs != "none"
    DOCS_ENABLED: Switch = Field(True, description="Whether the page at /docs/ is there.")
    #: endif
    #: if cookiecutter.oauth == "client"

    OAUTH_REDIRECT_URI: RedirectURI | None = Field(
        None, description="Where providers send a browser back to, with {provider} in the path."
    )
    OAUTH_TIMEOUT_SECONDS: float = Field(
        2.0, gt=0, le=2.4, description="Time that all calls of one request to a provider have."
    )
    GOOGLE_CLIENT_ID: str | None = Field(None, description="This API's id at Google.")
    GOOGLE_CLIENT_SECRET: str | None = Field(
        None, repr=False, description="This API's secret at Google; with it Google is on."
    )
    GITHUB_CLIENT_ID: str | None = Field(None, description="This API's id at GitHub.")
    GITHUB_CLIENT_SECRET: str | None = Field(
        None, repr=False, description="This API's secret at GitHub; with it GitHub is on."
    )
    GITHUB_URL: BaseURL = Field("https://github.com", description="Where people log in to GitHub.")
    GITHUB_API_URL: BaseURL = Field("https://api.github.com", description="Where GitHub's API is.")
    OIDC_ISSUER: Issuer | None = Field(None, description="An OpenID Connect issuer of your choice.")
    OIDC_CLIENT_ID: str | None = Field(None, description="This API's id at that issuer.")
    OIDC_CLIENT_SECRET: str | None = Field(
        None, repr=False, description="This API's secret at that issuer; with it the issuer is on."
    )
    #: endif
    #: if cookiecutter.oauth == "server"
    OAUTH_ISSUER: Issuer | None = Field(
        None, description="URL by which other apps know this server; made of its host where unset."
    )
    OAUTH_CODE_SECONDS: PositiveNumber = Field(
        60, le=600, description="Time that an app has to exchange a code."
    )
    OAUTH_GRANT_LIMIT: PositiveNumber = Field(
        20, le=100, description="Grants kept per account; the oldest ends first."
    )
    #: endif
    #: if cookiecutter.field_encryption
    FIELD_ENCRYPTION_KEYS: FernetKeys = Field(
        description="Fernet keys, comma-separated: the first encrypts, all decrypt."
    )
    FIELD_INDEX_KEY: Secret = Field(description="Keys the index by which an e-mail is found.")
    FIELD_INDEX_KEY_PREVIOUS: str | None = Field(
        None, repr=False, description="The index key before, while the key is being changed."
    )
    FIELD_ENCRYPTION_STRICT: Switch = Field(
        False,
        description="Whether to refuse to start on a database that is not sealed yet; "
        "`flask encryption apply` seals it.",
    )
    #: endif
    #: if cookiecutter.uploads

    S3_ENDPOINT_URL: StoreURL = Field(
        description="Where the object store is, for this API and for its clients."
    )
    S3_REGION: str = Field(pattern=r"^[a-z0-9-]{1,64}$", description="Region of the bucket.")
    S3_BUCKET: Bucket = Field(description="Bucket of the files, and of nothing else.")
    S3_ACCESS_KEY_ID: str = Field(
        pattern=r"^[\x21-\x7e]{1,128}$", description="Key that signs uploads; it may write there."
    )
    S3_SECRET_ACCESS_KEY: str = Field(
        pattern=r"^[\x21-\x7e]{8,256}$", repr=False, description="Secret of that key."
    )
    S3_ADDRESSING: Literal["path", "virtual"] = Field(
        "path", description="Whether the bucket is in the path or in the host: path or virtual."
    )
    S3_TIMEOUT_SECONDS: float = Field(
        1.2, gt=0, le=1.4, description="Time that one call of the object store may take."
    )
    CDN_BASE_URL: StoreURL = Field(description="Where the CDN serves what is in the bucket.")
    UPLOAD_CONTENT_TYPES: ContentTypes = Field(
        ("image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"),
        description="Media types of files that are taken, comma-separated.",
    )
    UPLOAD_MAX_BYTES: PositiveNumber = Field(
        10_485_760, le=5_368_709_120, description="Size of the largest file."
    )
    UPLOAD_PENDING_LIMIT: PositiveNumber = Field(
        20, le=1000, description="Files of one account that may wait to be confirmed."
    )
    UPLOAD_POLICY_SECONDS: PositiveNumber = Field(
        900, le=604_800, description="Time within which an upload must begin."
    )
    UPLOAD_EXPIRY_SECONDS: PositiveNumber = Field(
        3600, le=2_592_000, description="Time within which an upload must be confirmed."
    )
    #: endif
    #: if cookiecutter.observability
    APP_LOG_LEVEL: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="Least level of the app's own lines; "
        "requests and security events are always logged.",
    )
    SLOW_QUERY_MILLISECONDS: PositiveNumber = Field(
        100, description="Time from which a database command is logged as slow."
    )
    METRICS_ADDRESS: Address = Field("127.0.0.1", description="Address that the metrics are at.")
    METRICS_PORT: Port | None = Field(
        None, description="Port that the metrics are at; none where it is unset."
    )
    OTEL_EXPORTER_OTLP_ENDPOINT: TelemetryURL | None = Field(
        None, description="Collector that takes traces by OTLP/HTTP; none are made without one."
    )
    OTEL_EXPORTER_OTLP_HEADERS: TelemetryHeaders | None = Field(
        None, repr=False, description="Headers for the collector, as name=value, comma-separated."
    )
    OTEL_TRACES_SAMPLER_ARG: float = Field(
        1.0, ge=0, le=1, description="Share of the requests that is traced."
    )
    SENTRY_DSN: SentryDSN | None = Field(
        None, repr=False, description="Where exceptions are reported; nowhere without it."
    )
    #: endif
    #: if cookiecutter.task_queue
    BROKER_URI: BrokerURI = Field(description="Where the ids of jobs are sent, with credentials.")
    JOB_QUEUE: str = Field(
        SLUG, pattern=r"^[0-9A-Za-z_.-]{1,100}$", description="Queue of that broker."
    )
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
    EXPORT_LIMIT: PositiveNumber = Field(10, le=100, description="Exports kept per account.")
    EXPORT_CHUNK_BYTES: WholeNumber = Field(
        262_144, ge=1024, le=8_388_608, description="Size of the pieces that exports are stored in."
    )
    #: endif

    @classmethod
    def from_environment(cls, environment: Environment | None = None) -> Self:
        """Return the settings that the environment gives; ConfigurationError names all mistakes."""
        environment = environment or Environment.load()
        reading = environment.read(cls.model_fields, cls.SWITCHED_OFF)
        mistakes = reading.mistakes
        if cls.KEEPS_SECRETS and (path := environment.exposed):
            line = f"{path.name} must be for its owner alone: chmod 600 {path.name}"
            mistakes[path.name] = line
        try:
            settings = cls.model_validate(reading.values)
            _try_mongodb(settings.MONGODB_URI, reading)
        except ValidationError as error:
            for details in error.errors(include_url=False, include_input=False):
                name = str(details["loc"][0])
                mistakes.setdefault(name, _explain(name, reading.sources.get(name, name), details))
        if mistakes:
            raise ConfigurationError(mistakes.values())
        return settings

    #: if cookiecutter.oauth == "client"
    _check_provider = field_validator(
        "GOOGLE_CLIENT_SECRET", "GITHUB_CLIENT_SECRET", "OIDC_CLIENT_SECRET"
    )(check_provider)

    #: endif
    #: if cookiecutter.oauth == "server"
    @property
    def likely_issuer(self) -> str:
        """The default of OAUTH_ISSUER: the first of TRUSTED_HOSTS."""
        return f"https://{self.TRUSTED_HOSTS[0]}"

    #: endif
    #: if cookiecutter.jwt_algorithm == "HS256"
    @field_validator("JWT_SECRET_KEY")
    @classmethod
    def _check_jwt_secret_key(cls, value: str, info: ValidationInfo) -> str:
        _refuse_reuse(value, info, "SECRET_KEY")
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
    #: if cookiecutter.field_encryption
    @field_validator("FIELD_INDEX_KEY", "FIELD_INDEX_KEY_PREVIOUS")
    @classmethod
    def _check_field_index_key(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        _refuse_reuse(value, info, "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "FIELD_INDEX_KEY")
        #: if cookiecutter.jwt_algorithm == "HS256"
        _refuse_reuse(value, info, "JWT_SECRET_KEY")
        #: endif
        return strong_secrets.check_secret(value)

    #: endif
    #: if cookiecutter.uploads
    @field_validator("UPLOAD_EXPIRY_SECONDS")
    @classmethod
    def _check_upload_expiry(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("UPLOAD_POLICY_SECONDS", 0):
            raise ValueError("must not be less than UPLOAD_POLICY_SECONDS")
        return value

    #: endif
    #: if cookiecutter.observability
    @field_validator("METRICS_PORT")
    @classmethod
    def _check_metrics_port(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value == info.data.get("PORT"):
            raise ValueError("must not be PORT again")
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


def _try_mongodb(uri: str, reading: Reading) -> None:
    try:
        try_mongodb_uri(uri)
    except ValueError as error:
        source = reading.sources.get("MONGODB_URI", "MONGODB_URI")
        reading.mistakes.setdefault("MONGODB_URI", f"{source} {error}")


def _explain(name: str, source: str, details: ErrorDetails) -> str:
    """Return one line on a mistake that pydantic found, naming the variable it came from."""
    if details["type"] == "missing":
        return f"{name} must be set, or {name}_FILE"
    phrase = re.sub(r"^(Value error, |\w+ should )", "", details["msg"])
    return f"{source} {phrase}" if details["type"] == "value_error" else f"{source} must {phrase}"
