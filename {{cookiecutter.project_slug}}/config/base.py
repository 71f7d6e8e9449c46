"""Every setting there is: those of each feature, and how they are read."""

from __future__ import annotations

import re
#: if cookiecutter.observability
from typing import TYPE_CHECKING, ClassVar, Literal, Self
#: else
from typing import TYPE_CHECKING, ClassVar, Self
#: endif

from pydantic import Field, ValidationError

from config.audit import AuditSettings
#: if cookiecutter.field_encryption
from config.encryption import EncryptionSettings
#: endif
from config.environment import ConfigurationError, Environment
from config.fields import PositiveNumber, try_mongodb_uri
#: if cookiecutter.mail or cookiecutter.task_queue
from config.jobs import JobSettings
#: endif
#: if cookiecutter.mail
from config.letter_tokens import LetterTokenSettings
#: endif
from config.login import LoginSettings
#: if cookiecutter.mail
from config.mail import MailSettings
#: endif
#: if cookiecutter.oauth == "server"
from config.oauth_server import OAuthServerSettings
#: endif
#: if cookiecutter.uploads
from config.object_store import UploadSettings
#: endif
#: if cookiecutter.oauth == "client"
from config.providers import ProviderSettings
#: endif
#: if cookiecutter.task_queue
from config.queue import QueueSettings
#: endif
#: if cookiecutter.second_factor
from config.second_factor import SecondFactorSettings
#: endif
from config.server import ServerSettings
#: if cookiecutter.observability
from config.telemetry import TelemetrySettings
#: endif
#: if cookiecutter.throttling
from config.throttle import ThrottleSettings
#: endif
from config.tokens import TokenSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from config.environment import Reading


class Base(
    #: if cookiecutter.mail
    MailSettings,
    #: endif
    #: if cookiecutter.task_queue
    QueueSettings,
    #: endif
    #: if cookiecutter.mail or cookiecutter.task_queue
    JobSettings,
    #: endif
    #: if cookiecutter.observability
    TelemetrySettings,
    #: endif
    #: if cookiecutter.uploads
    UploadSettings,
    #: endif
    #: if cookiecutter.field_encryption
    EncryptionSettings,
    #: endif
    #: if cookiecutter.oauth == "server"
    OAuthServerSettings,
    #: endif
    #: if cookiecutter.oauth == "client"
    ProviderSettings,
    #: endif
    #: if cookiecutter.throttling
    ThrottleSettings,
    #: endif
    #: if cookiecutter.second_factor
    SecondFactorSettings,
    #: endif
    #: if cookiecutter.mail
    LetterTokenSettings,
    #: endif
    ServerSettings,
    AuditSettings,
    LoginSettings,
    TokenSettings,
):
    """The settings that all environments share; callers use one of its subclasses."""

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

    # Of the sample.
    NOTES_LIMIT: PositiveNumber = Field(
        10_000, le=10_000_000, description="Notes of one account; each new one counts them."
    )

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
