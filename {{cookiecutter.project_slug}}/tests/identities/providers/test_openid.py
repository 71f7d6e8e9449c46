"""Metadata and keys of an issuer are read when needed, kept for a while, and checked."""

from __future__ import annotations

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.identities.providers import openid

DISCOVERY = "/.well-known/openid-configuration"


def test_an_issuer_gets_no_request_before_the_first_log_in(browser, issuer):
    browser.api.get("/openapi.json")
    assert issuer.asked == []
    browser.begin()
    assert [path for path, _, _ in issuer.asked] == [DISCOVERY]


def test_metadata_and_keys_are_kept_for_a_while(browser, issuer, monkeypatch):
    browser.log_in()
    browser.log_in()
    assert len(issuer.asked_for(DISCOVERY)) == len(issuer.asked_for("/jwks")) == 1
    monkeypatch.setattr(openid, "KEEP_SECONDS", -1)
    browser.begin()
    assert len(issuer.asked_for(DISCOVERY)) == 2


@pytest.mark.parametrize("kid", ["second", "first"])
def test_a_new_key_is_found_though_the_old_ones_are_kept(browser, issuer, kid):
    browser.log_in()
    issuer.key, before = RSAKey.generate_key(2048, {"kid": kid}), issuer.key
    try:
        browser.log_in()
    finally:
        issuer.key = before
    assert len(issuer.asked_for("/jwks")) == 2


# RFC 9864 has another name for EdDSA, but issuers still use the old one.
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("PS256", lambda: None),
        ("RS512", lambda: None),
        ("ES256", lambda: ECKey.generate_key("P-256", {"kid": "other"})),
        ("ES512", lambda: ECKey.generate_key("P-521", {"kid": "other"})),
        ("EdDSA", lambda: OKPKey.generate_key("Ed25519", {"kid": "other"})),
        ("Ed25519", lambda: OKPKey.generate_key("Ed25519", {"kid": "other"})),
    ],
)
def test_a_signature_may_be_of_any_kind_that_the_issuer_announces(browser, issuer, algorithm, key):
    issuer.metadata["id_token_signing_alg_values_supported"] = ["RS256", algorithm]
    issuer.header["alg"] = algorithm
    issuer.signing_key = key()
    if issuer.signing_key:
        issuer.header["kid"] = "other"
        issuer.more_keys = [issuer.signing_key.as_dict(private=False)]
    browser.log_in()


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://evil.example/userinfo"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_issuer_with_wrong_metadata_gets_no_further_request(browser, issuer, wrong):
    issuer.metadata |= wrong
    answer = browser.begin_unavailable()
    assert answer.json["type"] == "/problems/provider-unavailable"


@pytest.mark.parametrize(
    ("methods", "is_in_body"),
    [
        (None, False),
        (["client_secret_post", "client_secret_basic"], False),
        (["client_secret_post"], True),
    ],
)
def test_the_secret_is_sent_as_the_issuer_wants_it(browser, issuer, methods, is_in_body):
    issuer.metadata["token_endpoint_auth_methods_supported"] = methods
    browser.log_in()
    (exchange,) = issuer.asked_for("/token")
    assert ("client_secret" in exchange) == is_in_body


def test_keys_of_other_types_in_a_set_are_ignored(browser, issuer):
    issuer.more_keys = [{"kty": "oct", "k": "c2VjcmV0", "kid": "x"}, {"kty": "AKP", "kid": "y"}]
    browser.log_in()


@pytest.mark.parametrize("keys", [b"[]", b"{}", b'{"keys": []}', b'{"keys": [1]}', b'{"keys": {}}'])
def test_a_set_without_a_key_proves_nothing(browser, issuer, keys):
    issuer.bodies["/jwks"] = keys
    browser.log_in(status=503 if keys == b"[]" else 403)
