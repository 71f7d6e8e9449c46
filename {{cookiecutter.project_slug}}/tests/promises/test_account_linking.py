"""Authentication: no log-in with a provider takes over somebody's account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.fixtures.accounts import NEW_PASSWORD, PASSWORD
from tests.fixtures.issuers import EMAIL
from tests.fixtures.provider_logins import IDENTITIES, bearer, query_of
#: if cookiecutter.mail
from tests.fixtures.sign_ups import SIGN_UP
#: endif

if TYPE_CHECKING:
    from pymongo.database import Database

    from tests.fixtures.accounts import LogIn, MakeAccount, Person
    from tests.fixtures.issuers import Issuer
    from tests.fixtures.provider_logins import Browser, OpenBrowser

pytestmark = pytest.mark.checklist("auth.standards")

ME = "/api/v1/me"


def id_of(browser: Browser, answer: Any) -> str:
    return str(browser.api.get(ME, headers=bearer(answer)).json["id"])


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
def test_an_e_mail_that_is_not_verified_makes_no_account(
    browser: Browser, issuer: Issuer, database: Database[dict[str, Any]], verified: Any
) -> None:
    issuer.person["email_verified"] = verified
    answer = browser.log_in(status=403)
    assert answer.json["type"] == "/problems/email-unverified"
    assert [*database["accounts"].find()] == []


@pytest.mark.parametrize("email", [None, "", "no address", 1, "a@b@example.com", "a" * 300])
def test_invalid_e_mails_make_no_account(browser: Browser, issuer: Issuer, email: Any) -> None:
    issuer.person["email"] = email
    browser.log_in(status=403)


@pytest.mark.parametrize(
    "emails",
    [
        [],
        [{"email": EMAIL, "primary": True, "verified": False}],
        [{"email": EMAIL, "primary": False, "verified": True}],
        [{"email": EMAIL, "verified": True}],
        ["x", None],
        {"email": EMAIL},
    ],
)
def test_of_github_only_the_primary_verified_address_counts(
    browser: Browser, issuer: Issuer, emails: Any
) -> None:
    issuer.emails = emails
    browser.log_in("github", status=403)


@pytest.mark.parametrize("provider", ["oidc", "github"])
@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper()])
def test_an_account_is_not_opened_by_its_e_mail(
    browser: Browser, issuer: Issuer, make_account: MakeAccount, provider: str, email: str
) -> None:
    """Whoever signed up with the address first, its owner or somebody else."""
    make_account(email=EMAIL)
    issuer.person["email"] = email
    answer = browser.log_in(provider, status=409)
    assert answer.json["type"] == "/problems/link-required"


#: if cookiecutter.mail
def test_a_sign_up_that_nobody_confirmed_keeps_no_owner_out(browser: Browser) -> None:
    body = {"email": EMAIL, "password": PASSWORD, "displayName": "A"}
    browser.api.post(SIGN_UP, json=body, status=202)
    pair = browser.log_in()
    assert browser.api.get(ME, headers=bearer(pair)).json["displayName"] != "A"
    credentials = {"email": EMAIL, "password": PASSWORD}
    browser.api.post("/api/v1/auth/login", json=credentials, status=401)


#: endif
def test_another_provider_with_the_same_e_mail_does_not_open_the_account(browser: Browser) -> None:
    browser.log_in("oidc")
    browser.log_in("github", status=409)


def test_an_identity_is_issuer_and_subject_whatever_its_e_mail(
    browser: Browser, issuer: Issuer, make_account: MakeAccount
) -> None:
    mine = id_of(browser, browser.log_in())
    # The address of another account now, and one that was never verified.
    make_account(email="taken@example.com")
    issuer.person |= {"email": "taken@example.com", "email_verified": False}
    assert id_of(browser, browser.log_in()) == mine
    # Whoever has the first address now is a different identity.
    issuer.person |= {"sub": "another", "email": EMAIL, "email_verified": True}
    browser.log_in(status=409)


def test_an_account_made_by_a_provider_has_no_password_to_guess(
    browser: Browser, database: Database[dict[str, Any]]
) -> None:
    pair = browser.log_in()
    (stored,) = database["accounts"].find()
    assert "passwordHash" not in stored
    for password in ("x", "None", PASSWORD):
        credentials = {"email": EMAIL, "password": password}
        browser.api.post("/api/v1/auth/login", json=credentials, status=401)
    change = {"currentPassword": "x", "newPassword": "long enough"}
    browser.api.put(f"{ME}/password", headers=bearer(pair), json=change, status=403)


def test_linking_needs_more_than_a_token(browser: Browser, account: Person) -> None:
    for body in ({}, {"currentPassword": "a wrong guess"}):
        answer = browser.api.post(
            IDENTITIES, account, json={"provider": "oidc", **body}, status=403
        )
        assert answer.json["type"] == "/problems/wrong-password"
    browser.link(account)
    assert id_of(browser, browser.log_in()) == str(account.id)


def test_guessing_the_password_of_a_link_ends_in_jail(browser: Browser, account: Person) -> None:
    wrong = {"provider": "oidc", "currentPassword": "a wrong guess"}
    for _ in range(5):
        browser.api.post(IDENTITIES, account, json=wrong, status=403)
    right = {**wrong, "currentPassword": account.password}
    browser.api.post(IDENTITIES, account, json=right, status=429)


def test_without_a_password_linking_needs_a_new_log_in(browser: Browser) -> None:
    pair = browser.log_in()
    refresh = {"Authorization": f"Bearer {pair.json['refreshToken']}"}
    stale = browser.api.post("/api/v1/auth/refresh", headers=refresh, status=200)
    body = {"provider": "github"}
    answer = browser.api.post(IDENTITIES, headers=bearer(stale), json=body, status=401)
    assert answer.json["type"] == "/problems/login-stale"
    # Such a token cannot delete the account either, which has no password to ask for.
    for path in (ME, f"{IDENTITIES}/{uuid4()}"):
        answer = browser.api.delete(path, headers=bearer(stale), status=401)
        assert answer.json["type"] == "/problems/login-stale"
        assert 'max_age="300"' in answer.headers["WWW-Authenticate"]
    fresh = bearer(browser.log_in())
    begun = browser.api.post(IDENTITIES, headers=fresh, json=body, status=200).json
    browser.finish(browser.approve(begun["authorizationUrl"]))


def test_another_browser_cannot_finish_a_link(
    browser: Browser, open_browser: OpenBrowser, account: Person
) -> None:
    """An attacker makes a victim log in at the provider to finish the attacker's own link."""
    body = {"provider": "oidc", "currentPassword": account.password}
    begun = browser.api.post(IDENTITIES, account, json=body, status=200).json
    victim = open_browser()
    back = victim.approve(begun["authorizationUrl"])
    victim.finish(back, status=400)
    assert browser.api.get(IDENTITIES, account).json == {"items": []}


def test_a_link_ends_with_the_session_that_began_it(browser: Browser, account: Person) -> None:
    body = {"provider": "oidc", "currentPassword": account.password}
    begun = browser.api.post(IDENTITIES, account, json=body, status=200).json
    browser.api.post("/api/v1/auth/logout", account, status=204)
    browser.finish(browser.approve(begun["authorizationUrl"]), status=403)


@pytest.mark.parametrize("provider", ["oidc", "github"])
def test_ending_everything_ends_a_log_in_at_a_provider_too(
    browser: Browser, open_browser: OpenBrowser, account: Person, log_in: LogIn, provider: str
) -> None:
    browser.link(account, provider)
    back = browser.approve(browser.begin(provider))
    linking = open_browser()
    body = {"provider": "oidc", "currentPassword": account.password}
    begun = linking.api.post(IDENTITIES, account, json=body, status=200).json
    change = {"currentPassword": account.password, "newPassword": NEW_PASSWORD}
    browser.api.put(f"{ME}/password", log_in(account), json=change)
    assert browser.finish(back, status=403).json["type"] == "/problems/login-refused"
    linking.finish(linking.approve(begun["authorizationUrl"]), status=403)
    # A log-in that begins after it is valid.
    browser.log_in(provider)


def test_an_identity_of_another_account_is_not_linked(
    browser: Browser, issuer: Issuer, account: Person, stranger: Person
) -> None:
    browser.link(account)
    answer = browser.link(stranger, status=409)
    assert answer.json["type"] == "/problems/identity-taken"
    # Linking the same identity again is no mistake.
    browser.link(account)
    assert len(browser.api.get(IDENTITIES, account).json["items"]) == 1
    assert query_of(browser.begin())["client_id"]
    del issuer
