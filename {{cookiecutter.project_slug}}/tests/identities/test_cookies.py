"""The cookies over HTTPS, and those on a developer's machine; one for each log-in."""

from __future__ import annotations

import pytest

from app.identities import cookies as provider_login_cookies
from app.identities.logins import Begun
from tests.fixtures.provider_logins import COOKIE, bearer

STATE = "af0ifjsldkj-_AF0" + "x" * 27


@pytest.mark.parametrize(
    ("uri", "prefix", "is_secure"),
    [
        ("https://api.example.org/{provider}", "__Host-provider-login-", True),
        ("http://localhost:3000/{provider}", "provider-login-", False),
    ],
)
def test_the_prefix_comes_with_https(make_app, uri, prefix, is_secure):
    name = prefix + STATE[:16]
    with make_app(OAUTH_REDIRECT_URI=uri).app_context():
        (cookie,) = provider_login_cookies.keep(Begun("", STATE, "value"), {})["Set-Cookie"]
        assert cookie.startswith(f"{name}=value;")
        assert ("; Secure" in cookie) == is_secure
        assert provider_login_cookies.read(STATE, {name: "value"}) == "value"
        for other in (None, "", "x", "y" * 43):
            assert provider_login_cookies.read(other, {name: "value"}) is None


def test_a_browser_forgets_finished_log_ins(browser):
    begun = browser.begin()
    assert browser.cookie
    browser.finish(browser.approve(begun))
    assert not browser.cookie


@pytest.mark.checklist("oauth.state")
def test_two_tabs_can_both_log_in(browser):
    one, other = browser.begin(), browser.begin()
    for begun in (one, other):
        answer = browser.finish(browser.approve(begun))
        assert browser.api.get("/api/v1/me", headers=bearer(answer)).json["email"]


def test_a_browser_has_a_bounded_number_of_log_ins_open(browser):
    begun = [browser.begin() for _ in range(provider_login_cookies.MOST + 3)]
    kept = [name for _, _, name in browser.api.client._cookies if name.startswith(COOKIE)]
    assert len(kept) == provider_login_cookies.MOST
    browser.finish(browser.approve(begun[0]), status=400)
    browser.finish(browser.approve(begun[-1]))


def test_a_cookie_of_another_form_is_left_alone(make_app):
    others = {f"{COOKIE}{number}": "x" for number in range(9)} | {"session": "x"}
    with make_app(OAUTH_REDIRECT_URI="http://localhost/{provider}").app_context():
        cookies = provider_login_cookies.keep(Begun("", STATE, "value"), others)["Set-Cookie"]
    assert len(cookies) == 1
