"""Addresses of servers: which are whole, and which are reached in private."""

from __future__ import annotations

import pytest

from config import urls


@pytest.mark.parametrize(
    ("url", "is_private"),
    [
        ("https://api.example.org", True),
        ("https://api.example.org:8443/a?b=c#d", True),
        ("http://localhost:4318", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:9000", True),
        ("http://api.example.org", False),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1.example.org", False),
    ],
)
def test_an_address_is_reached_in_private_by_tls_or_on_this_machine(url, is_private):
    parts = urls.split(url)
    assert parts.geturl() == url
    assert urls.is_private(parts) is is_private


@pytest.mark.parametrize(
    "url",
    [
        *("", "api.example.org", "//api.example.org", "https://", "https:///path"),
        *("ftp://localhost", "javascript:alert(1)", "https://[::1", "https://host:port"),
        *("https://host:0", "https://host:65536", "https://host/\n", "https://host/\u202e"),
    ],
)
def test_nothing_else_is_an_address(url):
    assert urls.split(url) is None
