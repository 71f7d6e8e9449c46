"""TLS at the gateway: which versions, for which names, and nothing beside it."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Final

import pytest

from tests.fixtures import tls

if TYPE_CHECKING:
    from tests.fixtures.gateway import Gateway

pytestmark = pytest.mark.checklist(
    "input.gateway",
    #: if cookiecutter.security_headers
    "access.https",
    #: endif
)

ME: Final = "/api/v1/me"
#: if cookiecutter.security_headers
HSTS: Final = "Strict-Transport-Security"
#: endif


def test_versions_below_1_2_are_refused(gateway: Gateway) -> None:
    for minor in (1, 2):
        refusal = tls.greet(gateway.port, minor)
        assert (refusal[0], refusal[-1]) == (tls.ALERT, tls.PROTOCOL_VERSION), f"1.{minor - 1}"
    assert tls.greet(gateway.port, 3)[0] == tls.HANDSHAKE


def test_both_good_versions_are_spoken_with_forward_secrecy(gateway: Gateway) -> None:
    versions = {ssl.TLSVersion.TLSv1_2: "TLSv1.2", ssl.TLSVersion.TLSv1_3: "TLSv1.3"}
    for version, name in versions.items():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        gateway.authority.configure_trust(context)
        context.minimum_version = context.maximum_version = version
        with context.wrap_socket(gateway.dial(), server_hostname="localhost") as connection:
            cipher = connection.cipher()
            spoken = connection.version()
        assert cipher
        assert (spoken, cipher[0].startswith(("ECDHE-", "TLS_"))) == (name, True)


@pytest.mark.parametrize("name", ["", "evil.example", "127.0.0.1"])
def test_unknown_names_get_no_certificate(gateway: Gateway, name: str) -> None:
    refusal = tls.greet(gateway.port, 3, name)
    assert (refusal[0], refusal[-1]) == (tls.ALERT, tls.UNRECOGNIZED_NAME)


def test_plain_http_is_refused_without_a_redirect(gateway: Gateway) -> None:
    with gateway.dial() as plain:
        plain.sendall(b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head, _, body = plain.makefile("rb").read().decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 403 ")
    assert json.loads(body)["type"] == "/problems/https-required"
    assert "\r\nlocation:" not in head.lower()
    #: if cookiecutter.security_headers
    for name in (HSTS, "Server"):
        assert f"\r\n{name.lower()}:" not in head.lower()
    #: endif


#: if cookiecutter.security_headers
@pytest.mark.checklist("access.hsts")
def test_every_answer_says_once_that_there_is_nothing_but_https(gateway: Gateway) -> None:
    values = set()
    for path in (ME, "/openapi.json", "/openapi.json", "/health/live", "/nothing"):
        (value,) = gateway.ask("GET", path).headers.get_all(HSTS) or [""]
        values.add(value)
    assert len(values) == 1
    assert "includeSubDomains" in values.pop()


@pytest.mark.checklist("output.fingerprint")
def test_no_answer_names_the_gateway(gateway: Gateway) -> None:
    for path in (ME, "/openapi.json", "/openapi.json", "/health/live"):
        answer = gateway.ask("GET", path)
        assert "Server" not in answer.headers, path
        assert b"nginx" not in answer.body.lower(), path
        assert "nginx" not in str(answer.headers).lower(), path


#: endif
def test_the_app_serves_behind_it(gateway: Gateway) -> None:
    assert gateway.ask("GET", ME).status == 401
    assert gateway.ask("GET", "/openapi.json").status == 200
