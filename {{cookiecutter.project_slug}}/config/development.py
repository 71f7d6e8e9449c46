"""Settings of a developer's own machine: secrets from .env, everything on loopback."""

from __future__ import annotations

#: if cookiecutter.observability
from typing import ClassVar, Literal

#: endif
from pydantic import Field

from config.base import Base
from config.fields import Hosts, PositiveNumber
#: if cookiecutter.mail
from config.mail import LinkBase, Mailbox
#: endif


class Development(Base):
    """What `make run` uses."""

    #: if cookiecutter.observability
    LOG_STYLE: ClassVar[Literal["json", "readable"] | None] = "readable"

    #: endif
    PORT: PositiveNumber = Field(3000, le=65_535)
    TRUSTED_HOSTS: Hosts = ("localhost", "127.0.0.1", "[::1]")
    #: if cookiecutter.mail
    MAIL_FROM: Mailbox = "no-reply@api.test"
    MAIL_LINK_BASE: LinkBase = "http://localhost:3000"
    #: endif
    #: if cookiecutter.oauth == "server"

    @property
    def likely_issuer(self) -> str:
        """The default of OAUTH_ISSUER: this machine, since there is no TLS."""
        return f"http://localhost:{self.PORT}"
    #: endif
