"""Tokens: how they are issued, read, cached and configured."""

from __future__ import annotations

import time
from typing import Any, NoReturn
from uuid import UUID, uuid4

import jwt
import pytest
from flask import Flask
from flask_jwt_extended import JWTManager

from app import tokens
from app.errors import UnauthorizedError
from app.tokens import callbacks
from app.tokens.claims import CLAIM_TYPES, TokenType
from config import (
    ConfigurationError,
    #: if cookiecutter.jwt_algorithm != "HS256"
    key_pairs,
    #: endif
    #: if cookiecutter.jwt_algorithm == "HS256"
    strong_secrets,
    #: endif
)
from config.testing import Testing
from tests.fixtures.tokens import Forger, make_token_app

ACCOUNT = UUID("018f3c9e-7a4b-7c3d-8e2f-0123456789ab")
SESSION = UUID("018f3c9e-7a4b-7c3d-8e2f-ba9876543210")


@pytest.fixture
def pair(token_app: Flask) -> tokens.TokenPair:
    """Return the tokens of a log-in."""
    assert token_app
    return tokens.issue_pair(ACCOUNT, SESSION, is_fresh=True)


def payload_of(token: str) -> dict[str, Any]:
    """Return the claims, which anybody with the token can read."""
    payload: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return payload


def test_an_access_token_says_whose_it_is(pair: tokens.TokenPair) -> None:
    claims = tokens.read(pair.access_token, TokenType.ACCESS)
    assert (claims.account_id, claims.session_id) == (ACCOUNT, SESSION)
    assert claims.is_fresh
    assert claims.jti == payload_of(pair.access_token)["jti"]


def test_a_refresh_token_has_the_id_of_the_pair(pair: tokens.TokenPair) -> None:
    claims = tokens.read(pair.refresh_token, TokenType.REFRESH)
    assert (claims.session_id, claims.token_id) == (pair.session_id, pair.refresh_id)
    assert claims.expires_at == pair.refresh_expires_at
    assert not claims.is_fresh


def test_a_pair_of_a_refresh_is_not_fresh(token_app: Flask) -> None:
    assert token_app
    pair = tokens.issue_pair(ACCOUNT, SESSION, is_fresh=False)
    assert not tokens.read(pair.access_token, TokenType.ACCESS).is_fresh


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_a_payload_holds_nothing_but_the_nine_claims(pair: tokens.TokenPair, name: str) -> None:
    payload = payload_of(getattr(pair, name))
    assert {claim: type(value) for claim, value in payload.items()} == CLAIM_TYPES
    assert payload["sub"] == str(ACCOUNT)


def test_lifetimes_are_those_of_the_settings() -> None:
    app = make_token_app(JWT_ACCESS_SECONDS=120, JWT_REFRESH_SECONDS=3600)
    with app.app_context():
        pair = tokens.issue_pair(ACCOUNT, SESSION, is_fresh=True)
    access, refresh = payload_of(pair.access_token), payload_of(pair.refresh_token)
    assert (access["exp"] - access["iat"], pair.expires_in) == (120, 120)
    assert refresh["exp"] - refresh["iat"] == 3600


def test_a_header_has_what_is_needed_to_verify(pair: tokens.TokenPair, forger: Forger) -> None:
    assert jwt.get_unverified_header(pair.access_token) == forger.header()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("access_token", TokenType.REFRESH), ("refresh_token", TokenType.ACCESS)],
)
def test_a_token_of_the_other_type_is_refused(
    pair: tokens.TokenPair, name: str, expected: TokenType
) -> None:
    with pytest.raises(UnauthorizedError):
        tokens.read(getattr(pair, name), expected)


def test_a_token_is_verified_once(pair: tokens.TokenPair, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tokens.read(pair.access_token, TokenType.ACCESS)

    def fail(_token: str) -> NoReturn:
        pytest.fail("verified again")

    monkeypatch.setattr(tokens, "decode_token", fail)
    assert tokens.read(pair.access_token, TokenType.ACCESS) is first


def test_a_cached_token_expires_at_exp(
    pair: tokens.TokenPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens.read(pair.access_token, TokenType.ACCESS)
    end = payload_of(pair.access_token)["exp"]
    monkeypatch.setattr(time, "time", lambda: end - 0.001)
    tokens.read(pair.access_token, TokenType.ACCESS)
    monkeypatch.setattr(time, "time", lambda: float(end))
    with pytest.raises(UnauthorizedError):
        tokens.read(pair.access_token, TokenType.ACCESS)


def test_the_leeway_does_not_apply_to_exp(token_app: Flask, forger: Forger) -> None:
    assert token_app.config["JWT_DECODE_LEEWAY"] == tokens.LEEWAY_SECONDS > 0
    token = forger.token(payload=forger.payload(exp=int(time.time())))
    with pytest.raises(UnauthorizedError):
        tokens.read(token, TokenType.ACCESS)


def test_the_leeway_covers_the_clock_of_another_machine(token_app: Flask, forger: Forger) -> None:
    assert token_app
    ahead = int(time.time()) + tokens.LEEWAY_SECONDS - 2
    token = forger.token(payload=forger.payload(iat=ahead, nbf=ahead))
    assert tokens.read(token, TokenType.ACCESS)


def test_a_refused_token_is_not_kept(token_app: Flask, forger: Forger) -> None:
    with pytest.raises(UnauthorizedError):
        tokens.read(forger.token(payload=forger.payload(aud="other")), TokenType.ACCESS)
    assert len(token_app.extensions["verified_tokens"]) == 0


def test_two_apps_of_one_process_keep_their_keys_apart() -> None:
    manager = JWTManager()
    apps = []
    for issuer in ("first", "second"):
        app = Flask(issuer)
        #: if cookiecutter.jwt_algorithm == "HS256"
        key = {"JWT_SECRET_KEY": strong_secrets.generate_secret()}
        #: else
        key = {"JWT_PRIVATE_KEY": new_private_key()}
        #: endif
        app.extensions["settings"] = Testing(**key)
        callbacks.bind(manager)
        tokens.configure(manager, app)
        apps.append(app)
    for own, other in (apps, reversed(apps)):
        with own.app_context():
            token = tokens.issue_pair(ACCOUNT, SESSION, is_fresh=True).access_token
            assert tokens.read(token, TokenType.ACCESS).account_id == ACCOUNT
        with other.app_context(), pytest.raises(UnauthorizedError):
            tokens.read(token, TokenType.ACCESS)


#: if cookiecutter.jwt_algorithm != "HS256"
def new_private_key() -> str:
    """Return a key that no other app has."""
    return key_pairs.generate_private_key("{{ cookiecutter.jwt_algorithm }}")


def test_public_keys_are_those_that_verify(token_app: Flask) -> None:
    assert token_app
    token = tokens.issue_pair(ACCOUNT, SESSION, is_fresh=True).access_token
    key_set = jwt.PyJWKSet(tokens.public_keys())
    kid = jwt.get_unverified_header(token)["kid"]
    claims = jwt.decode(
        token,
        key_set[kid],
        algorithms=["{{ cookiecutter.jwt_algorithm }}"],
        audience=token_app.config["JWT_DECODE_AUDIENCE"],
    )
    assert claims["sub"] == str(ACCOUNT)


#: endif
def test_the_algorithm_comes_from_the_settings_alone(token_app: Flask) -> None:
    algorithm = token_app.extensions["settings"].JWT_ALGORITHM
    assert token_app.config["JWT_ALGORITHM"] == algorithm
    assert token_app.config["JWT_DECODE_ALGORITHMS"] == [algorithm]
    assert token_app.config["JWT_TOKEN_LOCATION"] == ["headers"]


def test_a_start_with_keys_that_do_not_fit_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_token: str) -> NoReturn:
        raise UnauthorizedError("as when the halves of a pair do not fit")

    monkeypatch.setattr(tokens, "_verify", refuse)
    with pytest.raises(ConfigurationError, match="JWT settings") as caught:
        make_token_app()
    assert len(caught.value.lines) == 1


def test_a_token_of_another_issuer_or_audience_is_refused(token_app: Flask) -> None:
    for changed in ({"JWT_ISSUER": "other"}, {"JWT_AUDIENCE": "other"}):
        with make_token_app(**changed).app_context():
            token = tokens.issue_pair(uuid4(), uuid4(), is_fresh=True).access_token
        with token_app.app_context(), pytest.raises(UnauthorizedError):
            tokens.read(token, TokenType.ACCESS)
