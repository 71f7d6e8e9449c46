"""The log-in providers that the settings switch on: Google, GitHub, and an issuer of your choice.

Google and the issuer speak OpenID Connect (`openid`), GitHub OAuth 2.0 and an API of its own
(`github`); both are a `Provider`. No request is sent to any of them before the first log-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.errors import NotFoundError
from app.extensions import PerApp, app_settings
from app.identities.providers.github import GitHub
from app.identities.providers.openid import OpenIDProvider
from app.identities.providers.provider import Registration
from config.providers import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from app.identities.providers.provider import Provider
    from config.base import Base

GOOGLE: Final = "https://accounts.google.com"

login_providers: PerApp[dict[str, Provider]] = PerApp("login_providers")


def init_app(app: Flask) -> None:
    """Give *app* the providers whose secrets its settings have, by name."""
    login_providers.bind(app, {each.name: each for each in _switched_on(app_settings.of(app))})


def find(name: str) -> Provider:
    """Return a provider of the current app; raises NotFoundError where it has no such one."""
    try:
        return login_providers.current()[name]
    except KeyError:
        raise NotFoundError from None


def _switched_on(settings: Base) -> Iterator[Provider]:
    if known := _register(
        settings, "google", settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET
    ):
        yield OpenIDProvider(known, GOOGLE)
    if known := _register(
        settings, "github", settings.GITHUB_CLIENT_ID, settings.GITHUB_CLIENT_SECRET
    ):
        yield GitHub(known, settings.GITHUB_URL, settings.GITHUB_API_URL)
    if known := _register(settings, "oidc", settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET):
        yield OpenIDProvider(known, settings.OIDC_ISSUER or "")


def _register(
    settings: Base, name: str, client_id: str | None, secret: str | None
) -> Registration | None:
    """Return this API as that provider knows it; None where it is not registered there."""
    if client_id is None or secret is None or settings.OAUTH_REDIRECT_URI is None:
        # config/ refuses a part without the rest.
        return None
    redirect_uri = settings.OAUTH_REDIRECT_URI.replace(PLACEHOLDER, name)
    return Registration(name, client_id, secret, redirect_uri, settings.OAUTH_TIMEOUT_SECONDS)
