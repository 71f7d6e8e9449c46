"""The cookies there are: each ties a log-in that went to a provider to the browser it began in.

They say nothing of who anybody is and open nothing by themselves. Each log-in has one of its own,
found by the beginning of its state, so that two tabs do not take each other's away. SameSite=Lax
lets them come along when the provider sends the browser back (RFC 6265bis section 5.6.7), and never
with what another site's page asks for. Over HTTPS their names have the prefix that keeps other
hosts of the domain, and plain HTTP, from planting one (section 4.1.3.2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from werkzeug.http import dump_cookie

from app.extensions import settings
from app.identities.logins import LOGIN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.identities.logins import Begun

# Log-ins that one browser may have open; each takes about a hundred bytes of every request.
MOST: Final = 5
_NAME: Final = "provider-login"
# As much of a state as tells it from others. What is left cannot be guessed.
_TAG: Final = re.compile(r"[A-Za-z0-9_-]{16}")


def keep(begun: Begun, cookies: Mapping[str, str]) -> dict[str, str | list[str]]:
    """Return the headers with which a browser keeps a secret while somebody logs in.

    Of too many it forgets the first; browsers send the oldest first (RFC 6265 section 5.4).
    """
    others = [name for name in cookies if _is_ours(name)]
    over = [_write(name, "", 0) for name in others[: max(0, len(others) - MOST + 1)]]
    kept = _write(_name_for(begun.state), begun.browser_secret, LOGIN_SECONDS)
    return {"Set-Cookie": [kept, *over], "Cache-Control": "no-store"}


def forget(state: str | None) -> dict[str, str]:
    """Return the headers with which a browser forgets the secret of one log-in."""
    return {"Set-Cookie": _write(_name_for(state), "", 0), "Cache-Control": "no-store"}


def read(state: str | None, cookies: Mapping[str, str]) -> str | None:
    """Return the secret that a browser brings for the log-in of this state."""
    return cookies.get(_name_for(state))


def _write(name: str, value: str, seconds: int) -> str:
    return dump_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=_is_over_https(),
        httponly=True,
        samesite="Lax",
    )


def _name_for(state: str | None) -> str:
    found = _TAG.match(state or "")
    return f"{_prefix()}{found[0] if found else ''}"


def _is_ours(name: str) -> bool:
    return name.startswith(_prefix()) and _TAG.fullmatch(name, len(_prefix())) is not None


def _prefix() -> str:
    return f"__Host-{_NAME}-" if _is_over_https() else f"{_NAME}-"


def _is_over_https() -> bool:
    # config/ takes plain HTTP for a browser and a server on one machine alone.
    return (settings.OAUTH_REDIRECT_URI or "https:").startswith("https:")
