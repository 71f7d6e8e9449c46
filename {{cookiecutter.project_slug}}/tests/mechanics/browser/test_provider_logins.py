"""A real browser goes to a real issuer, logs in there, and comes back with tokens."""

from __future__ import annotations

import re

import pytest

from app.identities import providers
from tests.fixtures.provider_logins import CALLBACK_PATH, COOKIE, settings_for

# A browser takes its time to start on a busy machine.
pytestmark = pytest.mark.timeout(180)

TEXT = "document.body.innerText"


@pytest.fixture
def served_app(login_app, issuer, serve):
    """Serve an app whose redirect URI is where it is served; return its origin."""
    origin = serve(login_app)
    redirect_uri = origin + CALLBACK_PATH
    configured = login_app.extensions["settings"].model_copy(
        update={**settings_for(issuer), "OAUTH_REDIRECT_URI": redirect_uri}
    )
    found = providers._switched_on(configured)
    providers.login_providers.bind(login_app, {each.name: each for each in found})
    issuer.redirect_uris = {redirect_uri.format(provider=name) for name in ("oidc", "github")}
    return origin


@pytest.mark.checklist("oauth.state", "oauth.code-only")
@pytest.mark.parametrize("provider", ["oidc", "github"])
def test_a_browser_logs_in_with_its_cookie_and_without_a_token_in_an_address(
    served_app, open_page, api, provider
):
    tab = open_page(f"{served_app}/api/v1/auth/oauth/{provider}")
    tab.wait_for("document.title === 'Issuer'")
    assert tab.run("document.cookie") == ""
    tab.run("document.querySelector('button').click()")
    tab.wait_for(f"{TEXT}.includes('accessToken')")
    # Chromium puts controls of its own beside the document, in whatever format that is.
    found = re.search(r"\baccessToken\W+([\w.-]+)", tab.run(TEXT))
    token = found[1] if found else ""
    me = api.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 200
    seen = " ".join(tab.requests)
    assert token not in seen
    assert "code=" in seen
    # The same address cannot be used again.
    tab.run("location.reload()")
    tab.wait_for(f"{TEXT}.includes('login-state')")


@pytest.mark.checklist("oauth.state")
def test_another_browser_cannot_finish_a_log_in(served_app, open_page, browser):
    back = browser.approve(browser.begin())
    tab = open_page(back)
    tab.wait_for(f"{TEXT}.includes('login-state')")
    # A browser that began another log-in cannot either.
    tab = open_page(f"{served_app}/api/v1/auth/oauth/oidc")
    tab.wait_for("document.title === 'Issuer'")
    tab = open_page(back)
    tab.wait_for(f"{TEXT}.includes('login-state')")
    assert COOKIE not in tab.run("document.cookie")
