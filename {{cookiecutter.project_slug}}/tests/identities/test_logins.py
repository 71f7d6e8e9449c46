"""Logging in with a provider, over HTTP and against a real issuer."""

from __future__ import annotations

import pytest

from tests.fixtures.issuers import EMAIL
from tests.fixtures.provider_logins import bearer


@pytest.mark.parametrize("provider", ["oidc", "github"])
def test_a_first_log_in_makes_an_account_and_opens_a_session(browser, provider):
    pair = browser.log_in(provider)
    me = browser.api.get("/api/v1/me", headers=bearer(pair)).json
    assert (me["email"], me["displayName"]) == (EMAIL, "김민지")
    assert pair.headers["Cache-Control"] == "no-store"


def test_a_log_in_makes_its_place_known(browser, database):
    browser.log_in()
    browser.log_in()
    (account,) = database.accounts.find()
    assert len(account["knownAddresses"]) == 1
