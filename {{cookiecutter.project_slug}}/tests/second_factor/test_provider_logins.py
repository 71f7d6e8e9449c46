"""A provider is one factor alone: it opens no account that has a second one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fixtures.provider_logins import IDENTITIES

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import Person
    from tests.fixtures.provider_logins import Browser
    from tests.fixtures.second_factors import Authenticator, SetUp

REQUIRED = "/problems/second-factor-required"


def test_a_linked_provider_opens_nothing_while_there_is_a_second_factor(
    browser: Browser,
    login_app: Flask,
    account: Person,
    set_up_second_factor: SetUp,
    database: Database[dict[str, Any]],
) -> None:
    browser.link(account)
    browser.log_in()
    authenticator = set_up_second_factor(account, app=login_app)
    assert browser.log_in(status=401).json["type"] == REQUIRED
    assert len(database.accounts.find_one({})["sessions"]) == 1
    given = {"currentPassword": account.password, "code": authenticator.code()}
    browser.api.delete("/api/v1/me/second-factor", authenticator.person, json=given)
    browser.log_in()


def test_no_provider_is_linked_while_there_is_a_second_factor(
    browser: Browser, authenticator: Authenticator
) -> None:
    person = authenticator.person
    body = {"provider": "oidc", "currentPassword": person.password}
    answer = browser.api.post(IDENTITIES, person, json=body, status=409)
    assert answer.json["type"] == "/problems/second-factor-on"


def test_a_log_in_at_a_provider_that_began_before_ends_with_the_confirmation(
    browser: Browser, login_app: Flask, account: Person, set_up_second_factor: SetUp
) -> None:
    browser.link(account)
    log_in = browser.approve(browser.begin())
    set_up_second_factor(account, app=login_app)
    assert browser.finish(log_in, status=401).json["type"] == REQUIRED


def test_a_link_that_began_before_is_none_any_more(
    browser: Browser, login_app: Flask, account: Person, set_up_second_factor: SetUp
) -> None:
    body = {"provider": "oidc", "currentPassword": account.password}
    begun = browser.api.post(IDENTITIES, account, json=body, status=200).json
    link = browser.approve(begun["authorizationUrl"])
    authenticator = set_up_second_factor(account, app=login_app)
    assert browser.finish(link, status=403).json["type"] == "/problems/login-refused"
    assert browser.api.get(IDENTITIES, authenticator.person).json["items"] == []


def test_an_account_without_a_password_sets_none_up(browser: Browser) -> None:
    pair = browser.log_in().json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    body = {"currentPassword": "a guess"}
    browser.api.post("/api/v1/me/second-factor", headers=headers, json=body, status=403)
