"""Whom an address counts for: one household or host, however many addresses it has."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network

UNKNOWN = "unknown"

# IPv4 hosts as an IPv6-only server sees them (RFC 6052): each is a host of its own.
_NAT64 = IPv6Network("64:ff9b::/96")


@lru_cache(maxsize=4096)
def bucket_of(address: str | None) -> str:
    """Return what the hits of *address* are counted by.

    That is an IPv4 address itself and the /64 of an IPv6 address, since a subscriber gets
    at least that (RFC 6177) and could otherwise change addresses for ever. Proxies that
    append a port are understood. What cannot be read counts for one common bucket.
    """
    text = (address or "").strip()
    try:
        if text.count(":") > 1:
            return _bucket_of_v6(text)
        return str(IPv4Address(text.partition(":")[0]))
    except AddressValueError:
        return UNKNOWN


def _bucket_of_v6(text: str) -> str:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    address = IPv6Address(text.partition("%")[0])
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address in _NAT64:
        return str(address)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"
