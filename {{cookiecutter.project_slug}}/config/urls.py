"""Check the addresses of servers that this API talks to."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Final
#: if cookiecutter.oauth == "client" or cookiecutter.uploads or cookiecutter.observability
from urllib.parse import SplitResult, unquote, urlsplit
#: else
from urllib.parse import unquote
#: endif

from pydantic import AfterValidator

# The path that an API may be under: no //host, and no characters that need encoding.
SUB_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
# How this API's own paths begin: a prefix like one of these could not be told apart.
OWN_PATHS: Final = frozenset(
    {
        "api",
        "docs",
        "health",
        #: if cookiecutter.oauth == "server"
        "oauth",
        #: endif
        "openapi.json",
    }
)

# Schemes that always use TLS; mongodb:// has an option for it.
TLS: Final = frozenset(
    {
        *("https", "rediss", "valkeys", "amqps"),
        #: if cookiecutter.mail
        *("smtps", "smtp+starttls"),
        #: endif
    }
)


#: if cookiecutter.oauth == "client" or cookiecutter.uploads or cookiecutter.observability
def split(url: str) -> SplitResult | None:
    """Return the parts of an http or https URL that names a server; None where it is none."""
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"}
    return parts if is_web and is_whole and url.isprintable() else None


#: endif
def is_private(uri: str) -> bool:
    """Tell whether nobody can read the traffic: with TLS, or on this machine (RFC 8252 8.3).

    If there are several hosts, as in a replica set, all must be this machine.
    """
    scheme, _, rest = uri.lower().partition("://")
    is_tls = scheme in TLS or scheme == "mongodb+srv"
    if scheme.startswith("mongodb"):
        choices = re.findall(r"(?<![^?&;])(?:tls|ssl)=(\w*)", unquote(rest.partition("?")[2]))
        is_tls = all(choice == "true" for choice in choices) and bool(is_tls or choices)
    hosts = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return is_tls or all(is_loopback(host) for host in hosts.split(","))


def is_loopback(host: str) -> bool:
    """Tell whether *host*, of a URI, with or without a port, is this machine."""
    host = host.lower()
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    # The host is empty for Unix sockets, and where the library's default is localhost.
    if name in {"", "localhost"} or name.startswith("%2f"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def check_sub_path(path: str) -> str:
    """Refuse what cannot be a path in front of this API's own."""
    if not SUB_PATH.fullmatch(path) or path.split("/")[1] in OWN_PATHS:
        raise ValueError("must be a path as in /shop, without / at its end, and none of this API's")
    return path


def bracket(address: str) -> str:
    """Return an address as in a URL: IPv6 in brackets (RFC 3986 section 3.2.2)."""
    return f"[{address}]" if ":" in address else address


SubPath = Annotated[str, AfterValidator(check_sub_path)]
