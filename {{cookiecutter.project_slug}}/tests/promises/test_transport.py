"""Access: only HTTPS in production, as told by trusted proxies only, with HSTS."""

from __future__ import annotations

import json
import re
import socket
import ssl
from typing import TYPE_CHECKING, Any, Final

import pytest
import trustme

from app import create_app
from config.production import Production
from config.testing import Testing
from tests.fixtures import tls
from tests.fixtures.api import Api
from tests.fixtures.operations import each_route, find_routes
from tests.fixtures.processes import NEEDED

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.application import MakeApp
    from tests.fixtures.operations import Route
    from tests.fixtures.processes import Server, StartServer

ME: Final = "/api/v1/me"
HSTS: Final = "Strict-Transport-Security"
YEAR: Final = 365 * 24 * 60 * 60
HTTPS: Final = {"X-Forwarded-Proto": "https"}

# Headers that other servers and proxies take for a sign of HTTPS.
CLAIMS: Final = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Protocol": "https",
    "X-Forwarded-Scheme": "https",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Port": "443",
    "X-Url-Scheme": "https",
    "X-Scheme": "https",
    "Front-End-Https": "on",
    "Forwarded": "for=192.0.2.1;proto=https;host=localhost",
}
STRANGE_HOSTS: Final = (
    "evil.example",
    "localhost.evil.example",
    "evil-localhost",
    "127.0.0.1",
    "localhost@evil.example",
    "",
)


@pytest.fixture
def make_production_app(services: dict[str, str], make_app: MakeApp) -> MakeApp:
    """Return a maker of apps with the settings of production, on the suite's database."""
    del make_app
    testing = Testing()
    shared: dict[str, Any] = {name: getattr(testing, name) for name in NEEDED}
    shared |= {**services, "TRUSTED_HOSTS": ("localhost",)}
    #: if cookiecutter.mail
    shared["MAIL_URI"] = "smtps://mail.example.org"
    #: endif

    def make(**overrides: Any) -> Flask:
        return create_app(Production(**{**shared, **overrides}))

    return make


@pytest.fixture
def app(make_production_app: MakeApp) -> Flask:
    """Return the app as it is behind one proxy."""
    return make_production_app(TRUSTED_PROXIES=1)


def refuse_plain(api: Api, method: str, path: str, headers: dict[str, str]) -> None:
    """Fail unless a request is refused for its transport, without a redirect."""
    answer = api.call(method, path, headers=headers, status=403)
    assert answer.json["type"] == "/problems/https-required"
    assert "Location" not in answer.headers
    assert HSTS not in answer.headers


@pytest.mark.checklist("access.https", "access.hsts")
@each_route(lambda route: not route.contract.is_probe)
def test_every_route_but_the_probes_refuses_plain_http(app: Flask, operation: Route) -> None:
    for headers in ({"X-Forwarded-Proto": "http"}, {}):
        refuse_plain(Api(app), operation.method, operation.path, headers)


@pytest.mark.checklist("access.https", "access.hsts")
def test_plain_http_is_refused_before_a_route_is_looked_for(app: Flask) -> None:
    refuse_plain(Api(app), "GET", "/nothing", {})
    refuse_plain(Api(app), "OPTIONS", ME, {})


@pytest.mark.checklist("access.https")
def test_token_sent_over_plain_http_does_nothing(api: Api, account: Person) -> None:
    refuse_plain(api, "DELETE", ME, account.headers | {"X-Forwarded-Proto": "http"})
    api.get(ME, account, headers=HTTPS)


@pytest.mark.checklist("access.https")
@pytest.mark.parametrize("scheme", ["http", "https, http", "", "ftp"])
def test_only_the_last_value_of_the_proxy_counts(api: Api, scheme: str) -> None:
    refuse_plain(api, "GET", ME, {"X-Forwarded-Proto": scheme})


@pytest.mark.checklist("access.https")
@pytest.mark.parametrize("name", CLAIMS)
def test_stranger_cannot_claim_https(make_production_app: MakeApp, name: str) -> None:
    refuse_plain(Api(make_production_app()), "GET", ME, {name: CLAIMS[name]})


@pytest.mark.checklist("access.https")
def test_server_believes_no_stranger_about_https(start_server: StartServer) -> None:
    server = start_server("-m", "gunicorn", FORWARDED_ALLOW_IPS="*")
    for name, text in CLAIMS.items():
        assert server.ask("GET", ME, **{name: text}).status == 403, name
        assert server.ask("GET", "/health/live", **{name: text}).getheader(HSTS) is None, name


@pytest.mark.checklist("access.https", "access.hsts")
def test_server_believes_its_proxy_about_https(server: Server) -> None:
    plain, secure = (
        server.ask("GET", ME, X_Forwarded_Proto=scheme) for scheme in ("http", "https")
    )
    assert (plain.status, plain.getheader(HSTS)) == (403, None)
    assert json.loads(plain.body)["type"] == "/problems/https-required"
    assert secure.status == 401
    assert is_long(secure.headers.get_all(HSTS))


@pytest.mark.checklist("access.https")
@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_unknown_hosts_are_refused(server: Server, host: str) -> None:
    answer = server.ask("GET", ME, Host=host, X_Forwarded_Proto="https")
    assert answer.status == 400
    assert json.loads(answer.body)["type"] == "/problems/unknown-host"
    assert answer.getheader("Location") is None
    assert host == "" or host.encode() not in answer.body


@pytest.mark.checklist("access.https")
def test_host_is_not_taken_from_another_header(server: Server) -> None:
    for name in ("X_Forwarded_Host", "X_Host", "X_Original_Host", "Forwarded"):
        text = "host=localhost" if name == "Forwarded" else "localhost"
        answer = server.ask(
            "GET", ME, Host="evil.example", X_Forwarded_Proto="https", **{name: text}
        )
        assert answer.status == 400, name


@pytest.mark.checklist("access.https", "access.hsts")
def test_probes_are_answered_over_plain_http_for_any_host(server: Server) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = server.ask("GET", path, Host="10.0.0.7")
        assert (answer.status, answer.getheader(HSTS)) == (200, None)


def is_long(values: list[str] | None) -> bool:
    """Tell whether there is one HSTS header, for a year at least and for every subdomain."""
    (value,) = values or [""]
    match = re.search(r"(?:^|;)\s*max-age=(\d+)", value)
    return bool(match and int(match[1]) >= YEAR and re.search(r"(?i);\s*includeSubDomains", value))


@pytest.mark.checklist("access.hsts")
def test_every_answer_over_https_has_hsts(app: Flask, make_account: MakeAccount) -> None:
    api = Api(app)
    places = [(route.method, route.path) for route in find_routes()]
    places += [("GET", "/nothing"), ("GET", "/api/v1/nothing"), ("PUT", ME), ("OPTIONS", ME)]
    seen = set()
    for method, path in places:
        # Each its own account: some routes end a session.
        for headers in (HTTPS, HTTPS | make_account().headers):
            answer = api.client.open(path, method=method, headers=headers)
            seen.add(answer.status_code)
            assert is_long(answer.headers.getlist(HSTS)), (method, path, answer.status_code)
    assert {200, 204, 401, 404, 405, 415} <= seen


@pytest.fixture
def tls_server(start_server: StartServer, tmp_path: Path) -> tuple[Server, trustme.CA]:
    """Return the server with its own certificate, and the CA that signed it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    files = {name: str(tmp_path / f"{name}.pem") for name in ("certificate", "key")}
    certificate.cert_chain_pems[0].write_to_path(files["certificate"])
    certificate.private_key_pem.write_to_path(files["key"])
    command = ("--certfile", files["certificate"], "--keyfile", files["key"])
    return start_server("-m", "gunicorn", *command), authority


@pytest.mark.checklist("access.https", "access.hsts")
def test_server_with_a_certificate_refuses_tls_below_1_2(
    tls_server: tuple[Server, trustme.CA],
) -> None:
    server, authority = tls_server
    for minor in (1, 2):
        refusal = tls.greet(server.port, minor)
        assert (refusal[0], refusal[-1]) == (tls.ALERT, tls.PROTOCOL_VERSION), f"TLS 1.{minor - 1}"
    assert tls.greet(server.port, 3)[0] == tls.HANDSHAKE
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = connection.recv(65_536).decode().partition("\r\n\r\n")[0]
    assert " 401 " in head.splitlines()[0]
    assert is_long(re.findall(rf"(?i)\r\n{HSTS}: ([^\r]*)", head))
