"""GitHub identifies users by number, and says whether an address was verified."""

from __future__ import annotations

import pytest

from tests.fixtures.provider_logins import bearer


def test_an_account_is_found_by_its_number_whatever_it_is_called(browser, issuer):
    first = browser.log_in("github")
    issuer.userinfo = {"id": 583231, "login": "another-name"}
    again = browser.log_in("github")
    ids = [
        browser.api.get("/api/v1/me", headers=bearer(answer)).json["id"]
        for answer in (first, again)
    ]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("user", [{"login": "minji"}, {"id": None}, {"id": "583231"}, {"id": True}])
def test_a_user_without_a_number_is_refused(browser, issuer, user):
    issuer.userinfo = user
    browser.log_in("github", status=403)


def test_the_secret_goes_into_the_body(browser, issuer):
    browser.log_in("github")
    (exchange,) = issuer.asked_for("/login/oauth/access_token")
    assert exchange["client_secret"]
