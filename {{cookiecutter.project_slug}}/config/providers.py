"""Check the settings of log-in providers, alone and together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator

from config import urls

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
