"""Settings of a server that strangers can reach: static, and never in debug mode."""

from __future__ import annotations

#: if cookiecutter.observability
from typing import ClassVar, Literal
#: else
from typing import ClassVar
#: endif
#: if cookiecutter.mail
from urllib.parse import unquote, urlsplit
#: endif

from pydantic import Field, ValidationInfo, field_validator

#: if cookiecutter.mail
from config import strong_secrets, urls
#: else
from config import urls
#: endif
from config.base import Base
#: if cookiecutter.api_docs != "none"
from config.fields import MongoURI, Switch
#: else
from config.fields import MongoURI
#: endif
#: if cookiecutter.oauth == "server"
from config.oauth_server import check_secure_issuer
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

    # Where a default differs, the meaning is that of the feature's own declaration.
    MONGODB_URI: MongoURI = Field(
        "mongodb://{{ cookiecutter.mongo_host }}/{{ cookiecutter.project_slug }}",
    )
    #: if cookiecutter.api_docs != "none"
    DOCS_ENABLED: Switch = False
    #: endif

    @field_validator(*Base.servers())
    @classmethod
    def _check_way(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse a server to which secrets would go in clear, unless the setting is listed."""
        # A list that was refused itself is reported already.
        is_allowed = info.field_name in info.data.get("ALLOW_PLAINTEXT", cls.servers())
        if value is None or is_allowed or urls.is_private(value):
            return value
        way = "tls=true" if value.startswith("mongodb") else "https://, rediss:// or amqps://"
        #: if cookiecutter.mail
        way = "smtps:// or smtp+starttls://" if value.startswith("smtp") else way
        way = "https://" if value.startswith("http") else way
        #: endif
        raise ValueError(
            f"must use TLS ({way}) to anything but this machine;"
            f" ALLOW_PLAINTEXT={info.field_name} is for a network of your own"
        )
    #: if cookiecutter.mail

    @field_validator("MAIL_URI")
    @classmethod
    def _check_mail_password(cls, uri: str) -> str:
        if strong_secrets.is_well_known(unquote(urlsplit(uri).password or "")):
            raise ValueError("must have a password of your own, not a well-known or example one")
        return uri

    @field_validator("MAIL_LINK_BASE")
    @classmethod
    def _check_mail_links(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme == "http" and urls.is_loopback(parts.netloc):
            raise ValueError("must lead to a page that readers of letters can reach")
        return url
    #: endif
    #: if cookiecutter.oauth == "server"

    @field_validator("OAUTH_ISSUER", mode="before")
    @classmethod
    def _check_oauth_issuer(cls, value: str | None) -> str | None:
        return None if value is None else check_secure_issuer(value)
    #: endif
