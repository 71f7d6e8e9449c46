"""Authentication: without a valid ID token nobody is logged in (OpenID Connect 1.0)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from tests.fixtures.forgery import encode, sign_with_hmac
from tests.fixtures.issuers import CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from pymongo.database import Database

    from tests.fixtures.issuers import Issuer
    from tests.fixtures.provider_logins import Browser

pytestmark = pytest.mark.checklist("auth.standards")

# A suite takes minutes, and this is read when it begins.
TOMORROW = int(time.time()) + 86_400
CLAIMS: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "https://evil.example"},
    "of an issuer with a slash": {"iss": "http://127.0.0.1/"},
    "of no issuer": {"iss": None},
    "for another client": {"aud": "another-api"},
    "for no client": {"aud": None},
    "for others, too": {"aud": [CLIENT_ID, "another-api"], "azp": CLIENT_ID},
    "for another party": {"azp": "another-api"},
    "of nobody": {"sub": None},
    "of an empty name": {"sub": ""},
    "of a number": {"sub": 248289761001},
    "of half a character": {"sub": "\ud800"},
    "of an endless name": {"sub": "a" * 2000},
    "that is over": {"exp": int(time.time()) - 120},
    "that never ends": {"exp": None},
    "that ends in words": {"exp": "tomorrow"},
    "of the future": {"iat": TOMORROW},
    "without its time": {"iat": None},
    "not good yet": {"nbf": TOMORROW},
    "with another nonce": {"nonce": "another"},
    "without a nonce": {"nonce": None},
    "that switches the nonce off": {"nonce": None, "nonce_supported": False},
    "of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


def assert_nobody_came(database: Database[dict[str, Any]]) -> None:
    assert [*database["accounts"].find()] == []


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_token_of_wrong_claims_logs_nobody_in(
    browser: Browser, issuer: Issuer, database: Database[dict[str, Any]], claims: dict[str, Any]
) -> None:
    issuer.claims |= claims
    answer = browser.log_in(status=403)
    assert answer.json["type"] == "/problems/login-refused"
    assert_nobody_came(database)


@pytest.mark.parametrize("announced", [["RS256"], ["RS256", "ES256"]])
def test_a_token_of_another_signature_logs_nobody_in(
    browser: Browser, issuer: Issuer, database: Database[dict[str, Any]], announced: list[str]
) -> None:
    issuer.metadata["id_token_signing_alg_values_supported"] = announced
    others = [
        ({}, RSAKey.generate_key(2048)),
        ({"alg": "ES256"}, ECKey.generate_key("P-256")),
        ({"alg": "RS512"}, None),
        ({"kid": "another"}, None),
    ]
    for header, key in others:
        issuer.header, issuer.signing_key = header, key
        browser.log_in(status=403)
    assert_nobody_came(database)


@pytest.mark.parametrize("announced", [["RS256"], ["RS256", "HS256", "none"]])
def test_a_token_that_anybody_could_sign_logs_nobody_in(
    browser: Browser, issuer: Issuer, database: Database[dict[str, Any]], announced: list[str]
) -> None:
    issuer.metadata["id_token_signing_alg_values_supported"] = announced
    public = issuer.key.as_pem(private=False)
    for key in (public, public.strip(), CLIENT_ID.encode(), CLIENT_SECRET.encode(), b""):
        issuer.header = {"alg": "HS256"}
        issuer.forge = lambda header, claims, key=key: sign_with_hmac(
            f"{encode(header)}.{encode(claims)}", key, "HS256"
        )
        browser.log_in(status=403)
    for name in ("none", "None", "NONE"):
        issuer.header = {"alg": name}
        issuer.forge = lambda header, claims: f"{encode(header)}.{encode(claims)}."
        browser.log_in(status=403)
    assert_nobody_came(database)


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", 1, {"alg": "none"}, ["x"]])
def test_text_that_is_no_token_logs_nobody_in(
    browser: Browser, issuer: Issuer, database: Database[dict[str, Any]], token: Any
) -> None:
    issuer.answer["id_token"] = token
    browser.log_in(status=403)
    assert_nobody_came(database)


@pytest.mark.parametrize("name", [None, "https://evil.example", ""])
def test_an_answer_of_another_issuer_is_refused(
    browser: Browser, issuer: Issuer, name: str | None
) -> None:
    """RFC 9207: the issuer announces that its answers name it."""
    browser.log_in(iss=name, status=403)
    assert not issuer.asked_for("/token")


def test_an_issuer_that_does_not_announce_iss_need_not_send_it(
    browser: Browser, issuer: Issuer
) -> None:
    issuer.metadata["authorization_response_iss_parameter_supported"] = None
    browser.log_in(iss=None)
    browser.log_in(iss="https://evil.example", status=403)


@pytest.mark.parametrize(
    "claims", [{"email": None, "email_verified": None}, {"email_verified": None}]
)
def test_claims_that_the_token_lacks_come_from_userinfo_of_the_same_subject(
    browser: Browser, issuer: Issuer, database: Database[dict[str, Any]], claims: dict[str, Any]
) -> None:
    issuer.claims |= claims
    issuer.userinfo = {**issuer.person, "sub": "somebody else"}
    browser.log_in(status=403)
    assert_nobody_came(database)
    issuer.userinfo = {**issuer.person, "email_verified": False}
    browser.log_in(status=403)
    issuer.metadata["userinfo_endpoint"] = None
    browser.log_in(status=403)
    assert_nobody_came(database)


def test_a_subject_of_the_userinfo_endpoint_gets_an_account(
    browser: Browser, issuer: Issuer
) -> None:
    issuer.claims |= {"email": None, "email_verified": None}
    browser.log_in()
