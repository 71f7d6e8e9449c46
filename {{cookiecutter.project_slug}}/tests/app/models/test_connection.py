"""The connection takes from MONGODB_URI how it is protected."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import mongoengine
import pytest
from pymongo.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fixtures.application import MakeApp

# A certificate of nobody: its private key was thrown away.
AUTHORITY = """\
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUBamrkmYTP3u5TSiqxK0tQMmkCx8wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjMxOTAxMDVaGA8yMTI2MTAzMDE5MDEw
NVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABB6S
HJRN8B2oP8K8PkL1ZqIFU/9cLp07mw/UlUJ+96Y3lopNA48x15zeLVyQJBKmUI5Q
+ET6WAhiXeVdx9NpFXKjUzBRMB0GA1UdDgQWBBQ5qxXDP72J+jq6fl00Z6CxwjWC
fjAfBgNVHSMEGDAWgBQ5qxXDP72J+jq6fl00Z6CxwjWCfjAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIGKlpxTxS7kexYSIes7OGdVPkMUhdCCSNasT
N2pAnPHRAiEAlA5uKepiV4enp8XUzpJYHeh7RW19TMn1W5YLEYA0//s=
-----END CERTIFICATE-----
"""


@pytest.fixture(autouse=True)
def _forget_connection() -> Iterator[None]:
    """Leave no connection to a server that is not there."""
    yield
    mongoengine.disconnect()


def test_tls_options_of_the_uri_reach_the_driver(make_app: MakeApp, tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(AUTHORITY)
    make_app(MONGODB_URI=f"mongodb://db.internal:27017/app?tls=true&tlsCAFile={authority}")
    context = mongoengine.get_connection().options.pool_options._ssl_context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    names = [authority["subject"] for authority in context.get_ca_certs()]
    assert ((("commonName", "test"),),) in names


def test_a_missing_authority_is_an_error_and_no_connection_in_clear(
    make_app: MakeApp, tmp_path: Path
) -> None:
    missing = tmp_path / "missing.pem"
    uri = f"mongodb://db.internal:27017/app?tls=true&tlsCAFile={missing}"
    with pytest.raises((ConfigurationError, FileNotFoundError)):
        make_app(MONGODB_URI=uri)
