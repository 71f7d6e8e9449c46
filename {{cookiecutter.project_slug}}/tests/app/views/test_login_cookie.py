"""The cookie over HTTPS, and the one on a developer's machine."""

from __future__ import annotations

import pytest

from app.views import login_cookie


@pytest.mark.parametrize(
    ("uri", "name", "is_secure"),
    [
        ("https://api.example.org/{provider}", "__Host-provider-login", True),
        ("http://localhost:3000/{provider}", "provider-login", False),
    ],
)
def test_the_prefix_comes_with_https(make_app, uri, name, is_secure):
    with make_app(OAUTH_REDIRECT_URI=uri).app_context():
        cookie = login_cookie.keep("value")["Set-Cookie"]
        assert cookie.startswith(f"{name}=value;")
        assert ("; Secure" in cookie) == is_secure
        assert login_cookie.read({name: "value"}) == "value"
        assert login_cookie.read({}) is None


def test_a_browser_forgets_what_is_over(browser):
    begun = browser.begin()
    assert browser.cookie
    browser.finish(browser.approve(begun))
    assert not browser.cookie
