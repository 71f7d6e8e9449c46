"""A suspended account is not opened by a provider either."""

from __future__ import annotations

import pytest

from app.security_events import Event
from tests.fixtures.provider_logins import bearer

ME = "/api/v1/me"


@pytest.fixture
def suspend(app):
    """Return a function that suspends an account, and with False restores it."""

    def suspend(identifier, is_suspended=True):  # noqa: FBT002 - it reads as a sentence.
        command = "suspend" if is_suspended else "unsuspend"
        done = app.test_cli_runner().invoke(args=["accounts", command, f"--id={identifier}"])
        assert done.exit_code == 0

    return suspend


def test_a_log_in_is_refused_until_the_account_is_restored(browser, suspend, caplog):
    before = bearer(browser.log_in())
    identifier = browser.api.get(ME, headers=before).json["id"]
    suspend(identifier)
    browser.api.get(ME, headers=before, status=401)
    answer = browser.log_in(status=403)
    assert answer.json["type"] == "/problems/account-suspended"
    assert Event.LOGIN_SUSPENDED in [record.getMessage() for record in caplog.records]
    suspend(identifier, is_suspended=False)
    browser.api.get(ME, headers=before, status=401)
    after = bearer(browser.log_in())
    assert browser.api.get(ME, headers=after).json["id"] == identifier


def test_a_log_in_that_began_before_is_over(browser, suspend):
    identifier = browser.api.get(ME, headers=bearer(browser.log_in())).json["id"]
    place = browser.approve(browser.begin())
    suspend(identifier)
    suspend(identifier, is_suspended=False)
    assert browser.finish(place, status=403).json["type"] == "/problems/login-refused"


def test_a_suspended_account_links_nothing(browser, account, suspend):
    body = {"provider": "oidc", "currentPassword": account.password}
    begun = browser.api.post("/api/v1/me/identities", account, json=body, status=200).json
    place = browser.approve(begun["authorizationUrl"])
    suspend(account.id)
    browser.finish(place, status=403)
    suspend(account.id, is_suspended=False)
    # The identity is nobody's yet: its log-in makes an account of its own.
    shown = browser.api.get(ME, headers=bearer(browser.log_in())).json
    assert shown["id"] != str(account.id)
