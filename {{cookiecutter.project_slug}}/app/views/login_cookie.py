"""The one cookie there is: it ties a log-in that went to a provider to the browser it began in.

It says nothing of who anybody is and opens nothing by itself. SameSite=Lax lets it come along when
the provider sends the browser back (RFC 6265bis section 5.6.7), and never with what another site's
page asks for. Over HTTPS its name has the prefix that keeps other hosts of the domain, and plain
HTTP, from planting one (section 4.1.3.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from werkzeug.http import dump_cookie

from app.extensions import settings
from app.services.provider_logins import LOGIN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME: Final = "provider-login"
_NO_STORE: Final = {"Cache-Control": "no-store"}


def keep(secret: str) -> dict[str, str]:
    """Return the headers with which a browser keeps *secret* while somebody logs in."""
    return _set(secret, LOGIN_SECONDS)


def forget() -> dict[str, str]:
    """Return the headers with which a browser forgets it."""
    return _set("", 0)


def read(cookies: Mapping[str, str]) -> str | None:
    """Return the secret that a browser brings."""
    return cookies.get(_name())


def _set(value: str, seconds: int) -> dict[str, str]:
    cookie = dump_cookie(
        _name(),
        value,
        max_age=seconds,
        path="/",
        secure=_is_over_https(),
        httponly=True,
        samesite="Lax",
    )
    return {"Set-Cookie": cookie, **_NO_STORE}


def _name() -> str:
    return f"__Host-{_NAME}" if _is_over_https() else _NAME


def _is_over_https() -> bool:
    # config/ takes plain HTTP for a browser and a server on one machine alone.
    return (settings.OAUTH_REDIRECT_URI or "https:").startswith("https:")
