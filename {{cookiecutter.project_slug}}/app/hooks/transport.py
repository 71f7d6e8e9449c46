"""Which host and which transport a request came by.

Forwarded headers count only as far as TRUSTED_PROXIES says; ProxyFix in create_app()
has already applied them, and dropped those of strangers.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flask import request
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wsgi import get_host

from app.errors import (
    #: if cookiecutter.security_headers
    InsecureTransportError,
    #: endif
    UnknownHostError,
)
from app.extensions import settings
from app.hooks import routing

_WHOLE_URL = re.compile(r"(?P<scheme>[^/?#]*)://(?P<host>[^/?#]*)")
_SCHEMES = {"http", "https"}


def refuse_unknown_host() -> None:
    """Refuse a Host that is not in TRUSTED_HOSTS, but for probes, which send the pod's address.

    If the target is a whole URL, its host counts and the Host header does not (RFC 9112 section
    3.2.2).
    """
    if routing.is_probe():
        return
    if whole := _WHOLE_URL.match(request.environ.get("RAW_URI", "")):
        is_http = whole["scheme"].lower() in _SCHEMES
        request.environ["HTTP_HOST"] = whole["host"] if is_http else ""
        # Flask has taken it from the header.
        request.host = get_host(request.environ)
    if not _is_trusted(request.environ.get("HTTP_HOST"), settings.TRUSTED_HOSTS):
        raise UnknownHostError


@lru_cache(maxsize=256)
def _is_trusted(host: str | None, trusted: tuple[str, ...]) -> bool:
    # RFC 9110 section 4.2.3: hosts ignore case. The settings have them in lower case.
    return host_is_trusted(host and host.lower(), trusted)
#: if cookiecutter.security_headers


def refuse_plain_http() -> None:
    """Refuse plain HTTP in production; with a redirect the token would already have leaked."""
    if settings.REQUIRES_HTTPS and not request.is_secure and not routing.is_probe():
        raise InsecureTransportError
#: endif
