"""JWT: short lifetimes, rotation, revocation, and nothing personal in a payload."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.tokens.claims import TokenType
from config.testing import Testing
from tests.fixtures.operations import each_route
from tests.fixtures.tokens import Forger

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import LogIn, MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.operations import Route

ME: Final = "/api/v1/me"
LOG_IN: Final = "/api/v1/auth/login"
REFRESH: Final = "/api/v1/auth/refresh"
LOG_OUT: Final = "/api/v1/auth/logout"
CLAIMS: Final = {"iss", "aud", "sub", "iat", "nbf", "exp", "jti", "type", "fresh"}

DAY: Final = 24 * 60 * 60


def decode(token: str, part: int = 1) -> dict[str, Any]:
    """Read a token as anybody can: part 0 is the header, part 1 the payload."""
    decoded: dict[str, Any] = json.loads(urlsafe_b64decode(token.split(".")[part] + "=="))
    return decoded


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refresh(api: Api, token: str, status: int = 200) -> dict[str, Any]:
    answer: dict[str, Any] = api.post(REFRESH, headers=bearer(token), status=status).json
    return answer


@pytest.fixture
def pairs(api: Api, account: Person) -> list[dict[str, Any]]:
    """Return the answers of a log-in and of a refresh."""
    first = api.post(LOG_IN, json=account.credentials, status=200).json
    return [first, refresh(api, first["refreshToken"])]


@pytest.mark.checklist("jwt.ttl")
def test_access_tokens_live_for_minutes_and_refresh_tokens_for_days(
    pairs: list[dict[str, Any]],
) -> None:
    for pair in pairs:
        access, renewal = decode(pair["accessToken"]), decode(pair["refreshToken"])
        assert 0 < access["exp"] - access["iat"] <= 15 * 60
        assert access["exp"] - access["iat"] == pair["expiresIn"]
        assert 0 < renewal["exp"] - renewal["iat"] <= 30 * DAY
        for claims in (access, renewal):
            assert claims["nbf"] == claims["iat"]
            assert abs(claims["iat"] - time.time()) < 5


@pytest.mark.checklist("jwt.ttl")
@pytest.mark.parametrize(
    ("setting", "seconds"),
    [("JWT_ACCESS_SECONDS", 15 * 60 + 1), ("JWT_REFRESH_SECONDS", 30 * DAY + 1)],
)
def test_no_setting_allows_a_longer_lifetime(setting: str, seconds: int) -> None:
    assert getattr(Testing(**{setting: seconds - 1}), setting) == seconds - 1
    with pytest.raises(ValidationError, match=setting):
        Testing(**{setting: seconds})


@pytest.mark.checklist("jwt.ttl")
@pytest.mark.parametrize("age", [0, 1, DAY], ids=["now", "just now", "yesterday"])
def test_expired_tokens_are_refused(app: Flask, api: Api, account: Person, age: int) -> None:
    forger, expiry = Forger(app), int(time.time()) - age
    for method, path, token in (
        ("GET", ME, account.access_token),
        ("POST", REFRESH, account.refresh_token),
    ):
        expired = decode(token) | {"exp": expiry, "iat": expiry - 60, "nbf": expiry - 60}
        headers = bearer(forger.token(payload=expired))
        answer = api.call(method, path, headers=headers, status=401)
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.checklist("jwt.ttl")
def test_token_that_was_accepted_before_expires_too(app: Flask, api: Api, account: Person) -> None:
    expiry = int(time.time()) + 2
    token = Forger(app).token(payload=decode(account.access_token) | {"exp": expiry})
    api.get(ME, headers=bearer(token))
    time.sleep(max(0, expiry - time.time()))
    api.get(ME, headers=bearer(token), status=401)


@pytest.mark.checklist("jwt.ttl")
@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "jti", "type"])
def test_token_without_an_expiry_is_refused(
    app: Flask, api: Api, account: Person, name: str
) -> None:
    payload = decode(account.access_token)
    del payload[name]
    api.get(ME, headers=bearer(Forger(app).token(payload=payload)), status=401)


@pytest.mark.checklist("jwt.ttl")
@each_route(lambda route: not route.contract.is_public)
def test_tokens_of_one_type_are_refused_as_the_other(
    api: Api, account: Person, operation: Route
) -> None:
    is_for_access = operation.contract.token_type == TokenType.ACCESS
    assert is_for_access == (operation.path != REFRESH)
    wrong = account.refresh_token if is_for_access else account.access_token
    api.call(operation.method, operation.path, headers=bearer(wrong), status=401)
    api.get(ME, account)
    refresh(api, account.refresh_token)


@pytest.mark.checklist("jwt.ttl")
def test_refresh_replaces_both_tokens(account: Person, api: Api) -> None:
    pair = refresh(api, account.refresh_token)
    assert pair["accessToken"] != account.access_token
    assert pair["refreshToken"] != account.refresh_token
    api.get(ME, headers=bearer(pair["accessToken"]))
    refresh(api, pair["refreshToken"])


@pytest.mark.checklist("jwt.ttl")
def test_reused_refresh_token_ends_its_family_and_no_other(
    api: Api, account: Person, log_in: LogIn
) -> None:
    elsewhere = log_in(account)
    first = refresh(api, account.refresh_token)
    second = refresh(api, first["refreshToken"])
    refresh(api, account.refresh_token, status=401)
    for token in (account.access_token, first["accessToken"], second["accessToken"]):
        api.get(ME, headers=bearer(token), status=401)
    for token in (first["refreshToken"], second["refreshToken"]):
        refresh(api, token, status=401)
    api.get(ME, elsewhere)
    refresh(api, elsewhere.refresh_token)


@pytest.mark.checklist("jwt.ttl")
def test_logout_ends_both_tokens_and_no_other_session(
    api: Api, account: Person, log_in: LogIn
) -> None:
    elsewhere = log_in(account)
    renewed = refresh(api, account.refresh_token)
    api.post(LOG_OUT, headers=bearer(renewed["accessToken"]), status=204)
    for token in (account.access_token, renewed["accessToken"]):
        api.get(ME, headers=bearer(token), status=401)
    refresh(api, renewed["refreshToken"], status=401)
    api.get(ME, elsewhere)
    refresh(api, elsewhere.refresh_token)


@pytest.mark.checklist("jwt.ttl")
def test_new_password_ends_every_token_from_before(
    api: Api, account: Person, log_in: LogIn
) -> None:
    elsewhere = log_in(account)
    change = {"currentPassword": account.password, "newPassword": "a new one, and long"}
    pair = api.put("/api/v1/me/password", account, json=change).json
    # The caller's own, too: somebody else may have copied them.
    for person in (elsewhere, account):
        api.get(ME, person, status=401)
        refresh(api, person.refresh_token, status=401)
    api.get(ME, headers=bearer(pair["accessToken"]))
    refresh(api, pair["refreshToken"])


@pytest.mark.checklist("jwt.ttl")
def test_tokens_of_a_deleted_account_are_over(api: Api, account: Person) -> None:
    api.delete(ME, account)
    api.get(ME, account, status=401)
    refresh(api, account.refresh_token, status=401)


@pytest.mark.checklist("jwt.payload")
def test_payload_has_the_members_it_needs_and_no_other(pairs: list[dict[str, Any]]) -> None:
    tokens = [pair[name] for pair in pairs for name in ("accessToken", "refreshToken")]
    for claims in map(decode, tokens):
        assert set(claims) == CLAIMS
        assert str(UUID(claims["sub"])) == claims["sub"]
        assert all(UUID(part) for part in claims["jti"].split("."))
    assert len({decode(token)["jti"] for token in tokens}) == len(tokens)
    assert {frozenset(decode(token, 0)) for token in tokens} <= {
        frozenset({"alg", "typ"}),
        frozenset({"alg", "typ", "kid"}),
    }


@pytest.mark.checklist("jwt.payload")
def test_payload_holds_nothing_personal(api: Api, make_account: MakeAccount, log_in: LogIn) -> None:
    account = log_in(make_account(email="Min.Ji@example.com", display_name="Kim Minji"))
    renewed = refresh(api, account.refresh_token)
    for token in (account.access_token, renewed["accessToken"], renewed["refreshToken"]):
        text = json.dumps([decode(token, 0), decode(token)], ensure_ascii=False).casefold()
        for personal in ("min.ji", "@", "minji", "127.0.0.1", account.password):
            assert personal not in text
