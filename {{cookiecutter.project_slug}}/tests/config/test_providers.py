"""A provider is configured completely, or off."""

from __future__ import annotations

import pytest

from config import ConfigurationError, Production
from config.environment import Environment
from config.testing import Testing
from tests.fixtures.processes import NEEDED

SETTINGS = Testing()
VALID = {
    **{
        name: ",".join(value) if isinstance(value := getattr(SETTINGS, name), tuple) else value
        for name in NEEDED
    },
    "TRUSTED_HOSTS": "api.example.org",
    "ALLOW_PLAINTEXT": ",".join(Production.servers()),
    "OAUTH_REDIRECT_URI": "https://api.example.org/api/v1/auth/oauth/{provider}/callback",
}
PAIR = {"CLIENT_ID": "id", "CLIENT_SECRET": "canary"}


def read(**settings):
    return Production.from_environment(Environment(VALID | settings, {}))


def lines_of(**settings):
    with pytest.raises(ConfigurationError) as caught:
        read(**settings)
    assert "canary" not in str(caught.value)
    return caught.value.lines


def test_no_provider_is_on_by_default():
    settings = read()
    assert settings.GOOGLE_CLIENT_ID is settings.GITHUB_CLIENT_ID is settings.OIDC_ISSUER is None


@pytest.mark.parametrize("name", ["GOOGLE", "GITHUB"])
def test_an_incomplete_provider_is_one_clear_line(name):
    client_id, secret = f"{name}_CLIENT_ID", f"{name}_CLIENT_SECRET"
    assert lines_of(**{client_id: "id"}) == (f"{secret} must be set where {client_id} is",)
    assert lines_of(**{secret: "canary"}) == (f"{secret} must not be set without {client_id}",)
    read(**{client_id: "id", secret: "canary"})


def test_an_issuer_needs_three_settings():
    whole = {"OIDC_ISSUER": "https://issuer.example", **{f"OIDC_{k}": v for k, v in PAIR.items()}}
    read(**whole)
    for left_out in whole:
        some = {name: value for name, value in whole.items() if name != left_out}
        (line,) = lines_of(**some)
        assert line.startswith("OIDC_CLIENT_SECRET must")


def test_a_provider_needs_a_redirect_uri():
    without = {name: value for name, value in VALID.items() if name != "OAUTH_REDIRECT_URI"}
    given = {**without, "GITHUB_CLIENT_ID": "id", "GITHUB_CLIENT_SECRET": "canary"}
    with pytest.raises(ConfigurationError) as caught:
        Production.from_environment(Environment(given, {}))
    line = "GITHUB_CLIENT_SECRET must not be set without OAUTH_REDIRECT_URI"
    assert caught.value.lines == (line,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OAUTH_REDIRECT_URI", "http://canary.example/{provider}"),
        ("OAUTH_REDIRECT_URI", "https://canary.example/"),
        ("OAUTH_TIMEOUT_SECONDS", "3"),
        ("OAUTH_TIMEOUT_SECONDS", "canary"),
        ("GITHUB_URL", "https://canary.example/"),
        ("GITHUB_URL", "http://canary.example"),
        ("GITHUB_API_URL", "canary"),
        ("OIDC_ISSUER", "http://canary.example"),
        ("OIDC_ISSUER", "https://canary.example?x=1"),
        ("OIDC_ISSUER", "https://user:canary@issuer.example"),
        ("OIDC_ISSUER", "https://[canary"),
    ],
)
def test_an_address_that_is_not_safe_is_named_and_not_repeated(name, value):
    assert lines_of(**{name: value})[0].startswith(f"{name} must")


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_a_developers_own_machine_may_do_without_tls(host):
    assert read(OIDC_ISSUER=f"http://{host}", **{f"OIDC_{k}": v for k, v in PAIR.items()})


def test_a_secret_may_come_from_a_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("from a file\n")
    settings = read(GITHUB_CLIENT_ID="id", GITHUB_CLIENT_SECRET_FILE=str(path))
    assert settings.GITHUB_CLIENT_SECRET == "from a file"
    assert "from a file" not in repr(settings)
