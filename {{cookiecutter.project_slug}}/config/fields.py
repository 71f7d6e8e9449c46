"""The types of values that settings have, each with its rule.

A rule is a function that returns the value, or raises ValueError with a phrase that follows the
name of the setting and never repeats the value.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from config import strong_secrets

# Marks the type of a setting that names a server to which secrets go: production wants TLS there.
SERVER: Final = "names a server"
# How long the DNS may take to name the hosts of mongodb+srv.
DNS_SECONDS: Final = 5

ON: Final = ("1", "true", "yes")
OFF: Final = ("0", "false", "no")

# A name or an IPv4 address, or an IPv6 address in brackets, each with or without a port.
HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE
)


def read_switch(value: Any) -> Any:
    """Read a boolean from one of six words; "on" and "y" are mistakes, not values."""
    if not isinstance(value, str):
        return value
    if value.lower() not in ON + OFF:
        raise ValueError("must be one of " + ", ".join(ON + OFF))
    return value.lower() in ON


def read_whole_number(value: Any) -> Any:
    """Read digits and nothing else: no sign, no space, no fraction, no underscore."""
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,18}", value, re.ASCII):
            raise ValueError("must be a whole number")
        return int(value)
    return value


def read_list(value: Any) -> Any:
    """Read a comma-separated text as a tuple."""
    if isinstance(value, str):
        return tuple(item.strip() for item in value.split(","))
    return value


def check_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an entry that is no host name or address: "*" would trust every Host header."""
    if not hosts or not all(HOST.fullmatch(host) for host in hosts):
        raise ValueError("must list host names, each host or host:port, without * or a scheme")
    return tuple(host.lower() for host in hosts)


def read_address(value: str) -> str:
    """Read the address to listen on: a name or an IP address, IPv6 with or without brackets."""
    text = value[1:-1] if re.fullmatch(r"\[.*\]", value) else value
    try:
        return str(ip_address(text))
    except ValueError:
        if text != value or not re.fullmatch(r"[0-9A-Za-z.-]+", text):
            raise ValueError("must be an address such as 127.0.0.1, 0.0.0.0 or ::") from None
    return text


#: if cookiecutter.cors
def check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an entry that is not exactly an origin as browsers send it (RFC 6454 section 6.2)."""
    for origin in origins:
        scheme, separator, host = origin.partition("://")
        if scheme not in {"http", "https"} or not separator or not HOST.fullmatch(host):
            raise ValueError("must list origins, each scheme://host or scheme://host:port, never *")
        if origin != origin.lower():
            raise ValueError("must be in lower case, as browsers send it")
    return origins


#: endif
def check_mongodb_uri(uri: str) -> str:
    """Refuse what the driver would refuse at the first query, without a DNS look-up."""
    if not uri.startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("must begin with mongodb:// or mongodb+srv://")
    try:
        parse_uri(_without_srv(uri), warn=False)
    except (PyMongoError, ValueError):
        # The driver's message quotes parts of the URI, which may hold a password.
        raise ValueError("must be a MongoDB connection string that can be parsed") from None
    except OSError:
        raise ValueError("must name TLS files that can be read") from None
    return uri


def try_mongodb_uri(uri: str) -> None:
    """Refuse what the driver refuses only when it makes a client; no connection is opened.

    The hosts of mongodb+srv are looked up in the DNS.
    """
    try:
        parse_uri(uri, warn=False, connect_timeout=DNS_SECONDS)
    except (PyMongoError, OSError, ValueError):
        raise ValueError("must name a host whose SRV record can be found in the DNS") from None
    try:
        MongoClient[dict[str, Any]](_without_srv(uri), connect=False).close()
    except (PyMongoError, OSError, ValueError, TypeError):
        raise ValueError("must have TLS files and options that the driver can use") from None


def _without_srv(uri: str) -> str:
    """Return *uri* as mongodb://, so that the driver does not ask the DNS while it parses.

    The options are the same, except for three that only mongodb+srv has.
    """
    plain = re.sub(r"(?<=[?&])srv[a-z]+=[^&]*&?", "", uri, flags=re.IGNORECASE)
    return re.sub(r"^mongodb\+srv:", "mongodb:", plain)


Switch = Annotated[bool, BeforeValidator(read_switch)]
WholeNumber = Annotated[int, BeforeValidator(read_whole_number), Field(ge=0)]
PositiveNumber = Annotated[int, BeforeValidator(read_whole_number), Field(ge=1)]
Hosts = Annotated[tuple[str, ...], BeforeValidator(read_list), AfterValidator(check_hosts)]
#: if cookiecutter.cors
Origins = Annotated[tuple[str, ...], BeforeValidator(read_list), AfterValidator(check_origins)]
#: endif
MongoURI = Annotated[str, AfterValidator(check_mongodb_uri), SERVER, Field(repr=False)]
Secret = Annotated[str, AfterValidator(strong_secrets.check_secret), Field(repr=False)]
Address = Annotated[str, AfterValidator(read_address)]
Names = Annotated[tuple[str, ...], BeforeValidator(read_list)]
