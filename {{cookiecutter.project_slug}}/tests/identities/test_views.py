"""The identities of an account, over HTTP."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.identities.identity import Identity
from app.identities.service import MOST_IDENTITIES
from tests.fixtures.provider_logins import IDENTITIES, bearer


def items(browser, account):
    return browser.api.get(IDENTITIES, account).json["items"]


def test_identities_are_listed_with_their_providers(browser, account):
    assert items(browser, account) == []
    browser.link(account, "github")
    browser.link(account, "oidc")
    listed = items(browser, account)
    assert [each["provider"] for each in listed] == ["github", "oidc"]
    assert [each.keys() for each in listed] == [{"id", "provider", "createdAt"}] * 2


def test_an_account_with_a_password_may_unlink_all_identities(browser, account, log_in):
    browser.link(account)
    (identity,) = items(browser, account)
    before = browser.api.get("/api/v1/me", account).json["updatedAt"]
    browser.api.delete(f"{IDENTITIES}/{identity['id']}", account, status=204)
    again = log_in(account)
    assert browser.api.get("/api/v1/me", again).json["updatedAt"] > before
    browser.api.delete(f"{IDENTITIES}/{identity['id']}", again, status=404)
    assert items(browser, again) == []
    # It is free again.
    browser.link(again)


def test_a_log_in_with_a_provider_opens_a_session_that_has_a_name(browser):
    headers = bearer(browser.log_in())
    (session,) = browser.api.get("/api/v1/me/sessions", headers=headers).json["items"]
    assert (session["client"], session["isCurrent"]) == ("Werkzeug", True)


def test_the_last_way_to_log_in_stays(browser):
    headers = bearer(browser.log_in())
    begun = browser.api.post(IDENTITIES, headers=headers, json={"provider": "github"}, status=200)
    headers = bearer(browser.finish(browser.approve(begun.json["authorizationUrl"])))
    first, second = browser.api.get(IDENTITIES, headers=headers).json["items"]
    browser.api.delete(f"{IDENTITIES}/{first['id']}", headers=headers, status=204)
    headers = bearer(browser.log_in("github"))
    answer = browser.api.delete(f"{IDENTITIES}/{second['id']}", headers=headers, status=409)
    assert answer.json["type"] == "/problems/last-identity"
    browser.log_in("github")


def test_unlinking_an_identity_ends_every_older_token(browser, account, log_in):
    browser.link(account)
    other = log_in(account)
    (identity,) = items(browser, account)
    browser.api.delete(f"{IDENTITIES}/{identity['id']}", account, status=204)
    browser.api.get("/api/v1/me", account, status=401)
    browser.api.get("/api/v1/me", other, status=401)


def test_identities_of_others_are_not_found(browser, account, stranger):
    browser.link(account)
    (identity,) = items(browser, account)
    assert items(browser, stranger) == []
    browser.api.delete(f"{IDENTITIES}/{identity['id']}", stranger, status=404)
    browser.api.delete(f"{IDENTITIES}/{uuid4()}", account, status=404)


def test_an_account_has_ten_identities_at_most(browser, make_account):
    made = [
        Identity(provider="oidc", name=f"https://issuer.example {number}", index=str(number))
        for number in range(MOST_IDENTITIES)
    ]
    account = make_account(identities=made)
    answer = browser.link(account, status=409)
    assert answer.json["type"] == "/problems/too-many-identities"
    assert len(items(browser, account)) == 10


@pytest.mark.parametrize("provider", ["google", "oidc"])
def test_a_provider_that_is_off_is_not_found(api, account, provider):
    body = {"provider": provider, "currentPassword": account.password}
    api.post(IDENTITIES, account, json=body, status=404)
    api.get(f"/api/v1/auth/oauth/{provider}", status=404)
    api.get(f"/api/v1/auth/oauth/{provider}/callback", status=404)
