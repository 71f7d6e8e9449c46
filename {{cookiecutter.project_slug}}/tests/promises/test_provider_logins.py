"""OAuth: codes with PKCE and no tokens, one redirect URI and one scope per provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import ValidationError

from config.testing import Testing
from tests.fixtures.issuers import CALLBACK
from tests.fixtures.provider_logins import BEGIN, CALLBACK_PATH, query_of

if TYPE_CHECKING:
    from tests.fixtures.issuers import Issuer
    from tests.fixtures.provider_logins import Browser, OpenBrowser

TOKEN_ENDPOINTS: Final = {"oidc": "/token", "github": "/login/oauth/access_token"}
SCOPES: Final = {"oidc": "openid email profile", "github": "read:user user:email"}
ELSEWHERE: Final = "https://evil.example/callback"

both = pytest.mark.parametrize("provider", ["oidc", "github"])


@both
@pytest.mark.checklist("oauth.code-only")
def test_a_code_request_has_a_challenge_bound_to_the_browser(
    browser: Browser, issuer: Issuer, provider: str
) -> None:
    sent = query_of(browser.begin(provider))
    assert sent["response_type"] == "code"
    assert sent["code_challenge_method"] == "S256"
    assert sent["code_challenge"] == create_s256_code_challenge(browser.cookie)
    assert browser.cookie not in sent.values()
    browser.log_in(provider)
    (exchange,) = issuer.asked_for(TOKEN_ENDPOINTS[provider])
    assert exchange["grant_type"] == "authorization_code"
    assert len(exchange["code_verifier"]) >= 43


@both
@pytest.mark.checklist("oauth.code-only")
def test_a_code_of_another_log_in_is_refused(
    browser: Browser, open_browser: OpenBrowser, provider: str
) -> None:
    """An attacker injects a stolen code into a log-in of their own."""
    stolen = query_of(browser.approve(browser.begin(provider)))["code"]
    thief = open_browser()
    own = thief.approve(thief.begin(provider))
    thief.finish(own, code=stolen, status=403)


@both
@pytest.mark.checklist("oauth.code-only")
@pytest.mark.parametrize("name", ["access_token", "id_token", "token"])
def test_a_token_in_an_address_is_refused(
    browser: Browser, issuer: Issuer, provider: str, name: str
) -> None:
    back = browser.approve(browser.begin(provider))
    answer = browser.finish(back, **{name: issuer.sign(None)}, status=400)
    assert answer.json["type"] == "/problems/malformed-request"
    browser.finish(back, **{name: "x"}, code=None, status=400)
    assert not issuer.asked_for(TOKEN_ENDPOINTS[provider])


@both
@pytest.mark.checklist("oauth.code-only")
def test_a_return_without_a_code_is_refused(browser: Browser, provider: str) -> None:
    browser.log_in(provider, code=None, status=400)
    browser.log_in(provider, code="", status=400)


@both
@pytest.mark.checklist("oauth.redirect-uri")
def test_the_redirect_uri_is_always_the_configured_one(
    browser: Browser, issuer: Issuer, provider: str
) -> None:
    hosts = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    sent = query_of(browser.begin(provider, headers={**hosts, "Referer": ELSEWHERE}))
    assert sent["redirect_uri"] == CALLBACK.format(provider=provider)
    browser.log_in(provider)
    (exchange,) = issuer.asked_for(TOKEN_ENDPOINTS[provider])
    assert exchange["redirect_uri"] == CALLBACK.format(provider=provider)


@both
@pytest.mark.checklist("oauth.redirect-uri")
@pytest.mark.parametrize("name", ["redirect_uri", "redirectUri", "next", "return_to"])
def test_no_request_can_name_a_redirect_uri(browser: Browser, provider: str, name: str) -> None:
    path = BEGIN.format(provider=provider)
    answer = browser.api.get(path, query_string={name: ELSEWHERE}, status=422)
    assert "Location" not in answer.headers
    back = browser.approve(browser.begin(provider))
    answer = browser.finish(back, **{name: ELSEWHERE})
    assert "Location" not in answer.headers


@pytest.mark.checklist("oauth.redirect-uri")
def test_each_provider_has_its_own_redirect_uri(browser: Browser) -> None:
    sent = {query_of(browser.begin(provider))["redirect_uri"] for provider in TOKEN_ENDPOINTS}
    assert len(sent) == 2
    for provider in TOKEN_ENDPOINTS:
        assert f"http://localhost{CALLBACK_PATH.format(provider=provider)}" in sent


@pytest.mark.checklist("oauth.redirect-uri")
@pytest.mark.parametrize(
    "uri",
    [
        "http://api.example.org/{provider}",
        "https://api.example.org/callback",
        "https://{provider}.example.org/callback",
        "https://api.example.org/{provider}/{provider}",
        "https://api.example.org/callback?provider={provider}",
        "https://api.example.org/callback#{provider}",
        "https://somebody@api.example.org/{provider}",
        "//api.example.org/{provider}",
        "/{provider}",
        "javascript:alert(1)//{provider}",
        "https://api.example.org:x/{provider}",
        "https://api.example.org /{provider}",
    ],
)
def test_an_unsafe_redirect_uri_is_refused_as_a_setting(uri: str) -> None:
    with pytest.raises(ValidationError, match="OAUTH_REDIRECT_URI"):
        Testing(OAUTH_REDIRECT_URI=uri)


@both
@pytest.mark.checklist("oauth.scope")
def test_each_provider_has_one_scope_that_no_request_changes(
    browser: Browser, provider: str
) -> None:
    assert query_of(browser.begin(provider))["scope"] == SCOPES[provider]
    path = BEGIN.format(provider=provider)
    browser.api.get(path, query_string={"scope": "repo"}, status=422)


@pytest.mark.checklist("oauth.scope")
@pytest.mark.parametrize(
    ("provider", "granted"),
    [
        ("oidc", "email profile"),
        ("oidc", "openidx email"),
        ("github", "read:user"),
        ("github", "repo,gist"),
    ],
)
def test_a_smaller_scope_than_requested_is_refused(
    browser: Browser, issuer: Issuer, provider: str, granted: str
) -> None:
    issuer.answer["scope"] = granted
    browser.log_in(provider, status=403)


@pytest.mark.checklist("oauth.scope")
@pytest.mark.parametrize(
    ("provider", "granted"),
    [
        ("oidc", None),
        ("oidc", "openid https://www.googleapis.com/auth/userinfo.email"),
        ("github", "user:email,read:user"),
    ],
)
def test_the_scope_is_read_in_every_form_that_providers_use(
    browser: Browser, issuer: Issuer, provider: str, granted: str | None
) -> None:
    issuer.answer["scope"] = granted
    browser.log_in(provider)
