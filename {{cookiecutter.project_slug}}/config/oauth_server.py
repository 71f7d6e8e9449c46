"""Settings of this server as an OAuth provider of other apps."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from config.fields import HOST, PositiveNumber
from config.server import ServerSettings


def check_issuer(issuer: str) -> str:
    """Refuse a URL with a path: the metadata of such an issuer would be at another address."""
    scheme, _, host = issuer.partition("://")
    is_local = scheme == "http" and host.partition(":")[0] in {"localhost", "127.0.0.1"}
    if not HOST.fullmatch(host) or issuer != issuer.lower() or not (scheme == "https" or is_local):
        raise ValueError("must be https://host or https://host:port, or http on localhost")
    return issuer


def check_secure_issuer(issuer: str) -> str:
    """Refuse plain HTTP as well (RFC 8414 section 2)."""
    if not issuer.startswith("https://"):
        raise ValueError("must be https://host or https://host:port")
    return issuer


Issuer = Annotated[str, AfterValidator(check_issuer)]


class OAuthServerSettings(ServerSettings):
    """The name of this server for other apps, and the lifetimes of their grants."""

    OAUTH_ISSUER: Issuer | None = Field(
        None,
        examples=["https://api.example.org"],
        description="URL by which other apps know this server, without a path; made of the first "
        "of TRUSTED_HOSTS where it is unset, and of PORT on a developer's machine.",
    )
    OAUTH_CODE_SECONDS: PositiveNumber = Field(
        60, le=600, description="Time that an app has to exchange a code; 600 seconds at most."
    )
    OAUTH_GRANT_LIMIT: PositiveNumber = Field(
        20, le=100, description="Grants to other apps kept per account; the oldest ends first."
    )

    @property
    def likely_issuer(self) -> str:
        """The default of OAUTH_ISSUER: the first of TRUSTED_HOSTS."""
        return f"https://{self.TRUSTED_HOSTS[0]}"
