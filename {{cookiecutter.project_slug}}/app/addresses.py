"""Which networks an IP address is counted in: a household or host may have many addresses."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network
from typing import Final, NamedTuple


class Network(NamedTuple):
    """Addresses that are counted together, with a factor for their limit."""

    name: str
    size: int


UNKNOWN: Final = Network("unknown", 1)

# A subscriber gets at least a /64 and at most a /48 (RFC 6177). Whoever changes between several /64
# meets the limit of the larger network, which some neighbours share.
_PREFIXES: Final = {64: 1, 56: 4, 48: 16}
# IPv4 hosts as an IPv6-only server sees them (RFC 6052): each is a host of its own.
_NAT64: Final = IPv6Network("64:ff9b::/96")


@lru_cache(maxsize=4096)
def networks_of(address: str | None) -> tuple[Network, ...]:
    """Return what *address* is counted by, the narrowest first.

    That is the IPv4 address itself, or the /64, /56 and /48 of an IPv6 address. A port that a
    proxy appends is ignored. Unreadable addresses are counted together.
    """
    text = (address or "").strip()
    try:
        if text.count(":") > 1:
            return _networks_of_v6(text)
        return (Network(str(IPv4Address(text.partition(":")[0])), 1),)
    except AddressValueError:
        return (UNKNOWN,)


def _networks_of_v6(text: str) -> tuple[Network, ...]:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    address = IPv6Address(text.partition("%")[0])
    if address.ipv4_mapped is not None:
        return (Network(str(address.ipv4_mapped), 1),)
    if address in _NAT64:
        return (Network(str(address), 1),)
    return tuple(
        Network(str(IPv6Network((address, prefix), strict=False)), size)
        for prefix, size in _PREFIXES.items()
    )
