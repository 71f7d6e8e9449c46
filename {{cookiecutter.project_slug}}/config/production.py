"""Settings of a server that strangers can reach: static, and never in debug mode."""

from __future__ import annotations

#: if cookiecutter.observability
from typing import ClassVar, Literal
#: else
from typing import ClassVar
#: endif

from pydantic import Field, ValidationInfo, field_validator

from config import urls
from config.base import Base
from config.fields import (
    SERVERS,
    MongoURI,
    #: if cookiecutter.api_docs != "none"
    Switch,
    #: endif
)
#: if cookiecutter.oauth == "server"
from config.oauth_server import SecureIssuer
#: endif


class Production(Base):
    """What `make serve` and wsgi.py use."""

    SWITCHED_OFF: ClassVar[tuple[str, ...]] = ("FLASK_DEBUG", "DEBUG", "TESTING")
    KEEPS_SECRETS: ClassVar[bool] = True
    #: if cookiecutter.security_headers
    REQUIRES_HTTPS: ClassVar[bool] = True
    #: endif
    #: if cookiecutter.observability
    LOG_STYLE: ClassVar[Literal["json", "readable"] | None] = "json"
    #: endif

    MONGODB_URI: MongoURI = Field(
        "mongodb://{{ cookiecutter.mongo_host }}/{{ cookiecutter.project_slug }}",
        description="Where MongoDB is, with credentials and database.",
    )
    #: if cookiecutter.oauth == "server"
    OAUTH_ISSUER: SecureIssuer | None = Field(
        None, description="URL by which other apps know this server; made of its host where unset."
    )
    #: endif
    #: if cookiecutter.api_docs != "none"
    DOCS_ENABLED: Switch = Field(False, description="Whether the page at /docs/ is there.")
    #: endif

    @field_validator(*SERVERS)
    @classmethod
    def _check_way(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse a server to which secrets would go in clear, unless the setting is listed."""
        # A list that was refused itself is reported already.
        is_allowed = info.field_name in info.data.get("ALLOW_PLAINTEXT", SERVERS)
        if value is None or is_allowed or urls.is_private(value):
            return value
        way = "tls=true" if value.startswith("mongodb") else "https://, rediss:// or amqps://"
        raise ValueError(
            f"must use TLS ({way}) to anything but this machine;"
            f" ALLOW_PLAINTEXT={info.field_name} is for a network of your own"
        )
