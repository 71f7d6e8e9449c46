"""Settings of the providers that people log in with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field, field_validator

from config import urls
from config.core import CoreSettings

if TYPE_CHECKING:
    from pydantic import ValidationInfo

PLACEHOLDER: Final = "{provider}"


def is_safe_url(url: str) -> bool:
    """Tell whether *url* is https, or http on this machine, and has no credentials in it."""
    parts = urls.split(url)
    return parts is not None and urls.is_private(url) and "@" not in parts.netloc


def check_base_url(url: str) -> str:
    """Refuse a URL to which no path can be added."""
    if not is_safe_url(url) or url.endswith("/") or set(url) & set("?# "):
        raise ValueError("must be an https:// URL without a query and without / at its end")
    return url


def check_issuer(url: str) -> str:
    """Refuse what is no issuer's name (OpenID Connect Discovery 1.0 section 2)."""
    if not is_safe_url(url) or set(url) & set("?# "):
        raise ValueError("must be an https:// URL without a query, exactly as the issuer has it")
    return url


def check_redirect_uri(uri: str) -> str:
    """Refuse a template that does not give each provider its own address.

    Equal addresses would let one provider answer in another's place (RFC 9700 section 4.4).
    """
    parts = urls.split(uri)
    is_placed = parts is not None and parts.path.count(PLACEHOLDER) == uri.count(PLACEHOLDER) == 1
    if not is_placed or not is_safe_url(uri) or set(uri) & set("?# "):
        raise ValueError(f"must be an https:// URL without a query, with {PLACEHOLDER} in its path")
    return uri


def check_provider(secret: str | None, info: ValidationInfo) -> str | None:
    """Refuse a provider whose settings are incomplete."""
    name = (info.field_name or "").removesuffix("_CLIENT_SECRET")
    needed = [f"{name}_CLIENT_ID", *(["OIDC_ISSUER"] if name == "OIDC" else [])]
    given = [setting for setting in needed if info.data.get(setting) is not None]
    if secret is None and not given:
        return None
    if secret is None:
        raise ValueError(f"must be set where {given[0]} is")
    for setting in [*needed, "OAUTH_REDIRECT_URI"]:
        # A setting that was refused itself is reported already.
        if info.data.get(setting, setting) is None:
            raise ValueError(f"must not be set without {setting}")
    return secret


BaseURL = Annotated[str, AfterValidator(check_base_url)]
Issuer = Annotated[str, AfterValidator(check_issuer)]
RedirectURI = Annotated[str, AfterValidator(check_redirect_uri)]


class ProviderSettings(CoreSettings):
    """Where each provider is, and what it knows this API by."""

    OAUTH_REDIRECT_URI: RedirectURI | None = Field(
        None,
        examples=["https://api.example.org/api/v1/auth/oauth/{provider}/callback"],
        description="Where providers send a browser back to, with {provider} in the path: this "
        "API's own callback, or a page of yours that hands the query on to it.",
    )
    OAUTH_TIMEOUT_SECONDS: float = Field(
        2.0, gt=0, le=2.4, description="Time that all calls of one request to a provider have."
    )
    GOOGLE_CLIENT_ID: str | None = Field(
        None,
        examples=["1234567890.apps.googleusercontent.com"],
        description="This API's id at Google.",
    )
    GOOGLE_CLIENT_SECRET: str | None = Field(
        None,
        repr=False,
        examples=["from-the-console-of-google"],
        description="This API's secret at Google; with it Google is on.",
    )
    GITHUB_CLIENT_ID: str | None = Field(
        None, examples=["Iv1.0123456789abcdef"], description="This API's id at GitHub."
    )
    GITHUB_CLIENT_SECRET: str | None = Field(
        None,
        repr=False,
        examples=["from-the-settings-of-github"],
        description="This API's secret at GitHub; with it GitHub is on.",
    )
    GITHUB_URL: BaseURL = Field(
        "https://github.com",
        description="Where people log in to GitHub; another on GitHub Enterprise Server.",
    )
    GITHUB_API_URL: BaseURL = Field(
        "https://api.github.com",
        description="Where GitHub's API is; elsewhere on GitHub Enterprise Server.",
    )
    OIDC_ISSUER: Issuer | None = Field(
        None,
        examples=["https://login.example.org/realms/main"],
        description="An OpenID Connect issuer of your choice, exactly as it names itself.",
    )
    OIDC_CLIENT_ID: str | None = Field(
        None, examples=["my-api"], description="This API's id at that issuer."
    )
    OIDC_CLIENT_SECRET: str | None = Field(
        None,
        repr=False,
        examples=["from-the-console-of-the-issuer"],
        description="This API's secret at that issuer; with it the issuer is on.",
    )

    _check_provider = field_validator(
        "GOOGLE_CLIENT_SECRET", "GITHUB_CLIENT_SECRET", "OIDC_CLIENT_SECRET"
    )(check_provider)
