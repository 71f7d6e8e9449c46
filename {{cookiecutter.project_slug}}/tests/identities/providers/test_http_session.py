"""A provider that is away, slow or wrong makes only the log-in fail."""

from __future__ import annotations

import time

import pytest

from app.identities.providers.http_session import MOST_BYTES

DISCOVERY = "/.well-known/openid-configuration"
TOKEN = "/token"


@pytest.fixture
def hurried_browser(login_app, browser, monkeypatch):
    """Return a browser of an app with a short time limit for providers."""
    for provider in login_app.extensions["login_providers"].values():
        registration = provider.registration
        quick = type(registration)(**{**_members(registration), "timeout": 0.5})
        monkeypatch.setattr(provider, "registration", quick)
    return browser


def _members(registration):
    return {name: getattr(registration, name) for name in registration.__slots__}


def test_a_provider_that_is_away_is_503_with_retry_after(login_app, browser, issuer):
    for provider in login_app.extensions["login_providers"].values():
        # Nothing listens there.
        provider._issuer = "http://127.0.0.1:1"
    answer = browser.begin_unavailable()
    assert answer.json["type"] == "/problems/provider-unavailable"
    assert int(answer.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in answer.text
    del issuer


@pytest.mark.parametrize("path", [DISCOVERY, TOKEN, "/jwks"])
def test_a_provider_that_is_slow_is_not_waited_for(hurried_browser, issuer, path):
    back = hurried_browser.approve(hurried_browser.begin()) if path != DISCOVERY else None
    issuer.seconds[path] = 4
    begun = time.monotonic()
    if back is None:
        hurried_browser.begin_unavailable()
    else:
        hurried_browser.finish(back, status=503)
    assert time.monotonic() - begun < 3


def test_all_calls_of_a_request_share_one_deadline(hurried_browser, issuer):
    back = hurried_browser.approve(hurried_browser.begin("github"))
    for path in ("/login/oauth/access_token", "/api/user", "/api/user/emails"):
        issuer.seconds[path] = 0.3
    hurried_browser.finish(back, status=503)
    assert not issuer.asked_for("/api/user/emails")


def test_a_log_in_is_used_up_although_the_provider_was_away(browser, issuer):
    back = browser.approve(browser.begin())
    issuer.statuses[TOKEN] = 502
    browser.finish(back, status=503)
    issuer.statuses.clear()
    browser.finish(back, status=400)
    browser.log_in()


@pytest.mark.parametrize("status", [204, 301, 302, 307, 404, 429, 500, 503])
@pytest.mark.parametrize("path", [DISCOVERY, TOKEN, "/jwks"])
def test_an_answer_with_a_wrong_status_is_refused(browser, issuer, path, status):
    back = browser.approve(browser.begin()) if path != DISCOVERY else None
    issuer.statuses[path] = status
    if back is None:
        browser.begin_unavailable()
    else:
        browser.finish(back, status=503)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"1", b"{", b"\xff", b"null"])
@pytest.mark.parametrize("path", [DISCOVERY, TOKEN])
def test_an_answer_that_is_no_object_is_refused(browser, issuer, path, body):
    back = browser.approve(browser.begin()) if path != DISCOVERY else None
    issuer.bodies[path] = body
    if back is None:
        browser.begin_unavailable()
    else:
        browser.finish(back, status=503)


def test_an_endless_answer_is_not_read_to_the_end(browser, issuer):
    issuer.bodies[DISCOVERY] = b" " * (MOST_BYTES + 1)
    browser.begin_unavailable()


def test_a_redirect_is_not_followed(browser, issuer):
    issuer.redirects[DISCOVERY] = f"{issuer.url}/elsewhere"
    browser.begin_unavailable()
    assert not issuer.asked_for("/elsewhere")


@pytest.mark.parametrize("body", [{"error": "invalid_grant"}, {"error": "<b>canary</b>"}, {"a": 1}])
def test_an_exchange_that_is_refused_is_not_repeated(browser, issuer, caplog, body):
    issuer.answer = {**dict.fromkeys(("access_token", "token_type", "id_token")), **body}
    answer = browser.log_in(status=403)
    assert "canary" not in answer.text
    browser.log_in("github", status=403)
    assert "exchanged no code" in caplog.text or "error" not in body
    assert "canary" not in caplog.text


@pytest.mark.parametrize("kind", [None, "mac", "N_A"])
def test_a_token_that_is_no_bearer_token_is_refused(browser, issuer, kind):
    issuer.answer["token_type"] = kind
    browser.log_in(status=403)


def test_no_setting_of_this_machine_is_sent_along(browser, issuer, monkeypatch, tmp_path):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login canary password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    browser.log_in()
    assert issuer.asked_for(DISCOVERY)
    assert not any("Authorization" in headers for headers in issuer.headers_of(DISCOVERY))
