"""Whom an address counts for."""

from __future__ import annotations

import pytest

from app.services.addresses import UNKNOWN, bucket_of


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("64:ff9b::192.0.2.7", "64:ff9b::c000:207"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:4711", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", UNKNOWN),
        (None, UNKNOWN),
        ("localhost", UNKNOWN),
        ("192.0.2.7, 192.0.2.8", UNKNOWN),
        ("1:2:3:4:5:6:7:8:9", UNKNOWN),
    ],
)
def test_an_address_counts_for_its_bucket(address: str | None, bucket: str) -> None:
    assert bucket_of(address) == bucket


def test_neighbouring_networks_are_counted_apart() -> None:
    assert bucket_of("2001:db8:1:2::1") != bucket_of("2001:db8:1:3::1")
