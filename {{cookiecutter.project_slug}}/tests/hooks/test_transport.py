"""Which hosts are served, and that plain HTTP is refused."""

from __future__ import annotations

import pytest
from flask import request

from tests.fixtures.api import Api

HOSTS = ("api.example.com", "api.example.org")


@pytest.fixture
def hosted(make_app) -> Api:
    """Return a client of an app that serves HOSTS."""
    return Api(make_app(TRUSTED_HOSTS=HOSTS))


@pytest.mark.parametrize("host", ["api.example.com", "API.example.com", "api.example.org"])
def test_trusted_hosts_are_served(hosted, host):
    hosted.get("/openapi.json", headers={"Host": host})


@pytest.mark.parametrize(
    "host",
    ["", "localhost", "example.com", "api.example.com.evil.example", "evil-api.example.com", "a b"],
)
def test_other_hosts_are_refused(hosted, host):
    answer = hosted.get("/openapi.json", headers={"Host": host}, status=400)
    assert answer.json["type"] == "/problems/unknown-host"
    assert "Location" not in answer.headers


def test_a_forwarded_host_does_not_count(hosted):
    headers = {"Host": "evil.example", "X-Forwarded-Host": "api.example.com"}
    hosted.get("/openapi.json", headers=headers, status=400)


@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_the_host_in_a_target_counts_and_the_header_does_not(hosted, scheme):
    def get(named, sent, status):
        raw = {"RAW_URI": f"{scheme}://{named}/openapi.json?a=b"}
        headers = {"Host": sent}
        hosted.get("/openapi.json", headers=headers, environ_overrides=raw, status=status)

    get("api.example.com", "evil.example", 200)
    for named in ("evil.example", "api.example.com@evil.example", "evil.example:80", ""):
        get(named, "api.example.com", 400)


def test_a_view_sees_the_host_of_the_target_too(make_app, account):
    app = make_app(TRUSTED_HOSTS=HOSTS)
    app.add_url_rule("/told", "told", lambda: f"{request.host} {request.url}")
    raw = {"RAW_URI": "http://api.example.org:80/told"}
    headers = {"Host": "evil.example"}
    answer = Api(app).get("/told", account, headers=headers, environ_overrides=raw)
    assert answer.text == "api.example.org http://api.example.org/told"


def test_a_target_of_another_scheme_names_no_host(hosted):
    raw = {"RAW_URI": "ftp://api.example.com/openapi.json"}
    headers = {"Host": "api.example.com"}
    hosted.get("/openapi.json", headers=headers, environ_overrides=raw, status=400)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_may_name_any_host(hosted, path):
    headers = {"Host": "10.1.2.3:8000"}
    hosted.get(path, headers=headers)
    hosted.call("OPTIONS", path, headers=headers, status=204)
    hosted.call("POST", path, headers=headers, status=405)


#: if cookiecutter.security_headers
@pytest.fixture
def _https_only(monkeypatch):
    monkeypatch.setattr("config.testing.Testing.REQUIRES_HTTPS", True)


@pytest.fixture
def strict(make_app, _https_only) -> Api:
    """Return a client of an app that answers over HTTPS only, behind one proxy."""
    return Api(make_app(TRUSTED_PROXIES=1))


@pytest.mark.parametrize("path", ["/openapi.json", "/api/v1/me", "/nothing"])
def test_plain_http_is_refused_and_not_redirected(strict, path):
    answer = strict.get(path, status=403)
    assert answer.json["type"] == "/problems/https-required"
    assert "Location" not in answer.headers


def test_https_is_served(strict):
    strict.get("/openapi.json", base_url="https://localhost")


def test_the_proxy_says_which_scheme_the_client_used(strict):
    strict.get("/openapi.json", headers={"X-Forwarded-Proto": "https"})
    refused = {"X-Forwarded-Proto": "http"}
    strict.get("/openapi.json", base_url="https://localhost", headers=refused, status=403)


@pytest.mark.usefixtures("_https_only")
def test_a_stranger_cannot_claim_https(api):
    api.get("/openapi.json", headers={"X-Forwarded-Proto": "https"}, status=403)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_may_use_plain_http(strict, path):
    strict.get(path)


#: endif
def test_development_is_served_over_plain_http(api):
    api.get("/openapi.json")
