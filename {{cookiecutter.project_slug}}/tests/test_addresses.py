"""The networks in which an address is counted."""

from __future__ import annotations

import pytest

from app.addresses import UNKNOWN, Network, networks_of


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("64:ff9b::192.0.2.7", "64:ff9b::c000:207"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:4711", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", UNKNOWN.name),
        (None, UNKNOWN.name),
        ("localhost", UNKNOWN.name),
        ("192.0.2.7, 192.0.2.8", UNKNOWN.name),
        ("1:2:3:4:5:6:7:8:9", UNKNOWN.name),
    ],
)
def test_an_address_counts_for_its_narrowest_network(address: str | None, name: str) -> None:
    assert networks_of(address)[0] == (name, 1)


def test_an_address_of_version_6_counts_for_larger_networks_too() -> None:
    assert networks_of("2001:db8:1:234:5:6:7:8") == (
        Network("2001:db8:1:234::/64", 1),
        Network("2001:db8:1:200::/56", 4),
        Network("2001:db8:1::/48", 16),
    )


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "64:ff9b::1", ""])
def test_other_addresses_count_for_themselves(address: str) -> None:
    assert len(networks_of(address)) == 1
