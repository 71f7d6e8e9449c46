"""Key pairs: found by kid, published as a JWK set, rotated and pruned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app import tokens
from app.errors import UnauthorizedError
from app.tokens.claims import TokenType
from app.tokens.signing_keys import SigningKeys
from config.testing import Testing
from tests.fixtures.tokens import ALGORITHM, Forger, make_token_app

if TYPE_CHECKING:
    from flask import Flask


def keys_of(app: Flask) -> SigningKeys:
    """Return the keys of *app*."""
    keys: SigningKeys = app.extensions["signing_keys"]
    return keys


def rotated(app: Flask) -> Flask:
    """Return an app with the settings after a rotation of *app*'s key."""
    return make_token_app(**keys_of(app).rotate())


def test_a_jwk_set_holds_public_members_alone(token_app: Flask) -> None:
    (own,) = keys_of(token_app).to_jwks()
    kind = {"RS256": {"n", "e"}, "ES256": {"crv", "x", "y"}, "EdDSA": {"crv", "x"}}[ALGORITHM]
    assert own.keys() == {"kty", "kid", "use", "alg"} | kind
    assert (own["use"], own["alg"]) == ("sig", ALGORITHM)
    assert own["kid"] == keys_of(token_app).kid


def test_a_token_from_before_a_rotation_is_read_after_it(token_app: Flask) -> None:
    token = tokens.issue_pair(uuid4(), uuid4(), is_fresh=True).access_token
    after = rotated(rotated(token_app))
    with after.app_context():
        assert tokens.read(token, TokenType.ACCESS)
    assert keys_of(after).retired_kids[-1] == keys_of(token_app).kid
    assert len(keys_of(after).to_jwks()) == 3


def test_a_new_token_is_signed_with_the_new_key(token_app: Flask) -> None:
    with rotated(token_app).app_context():
        token = tokens.issue_pair(uuid4(), uuid4(), is_fresh=True).access_token
    with token_app.app_context(), pytest.raises(UnauthorizedError):
        tokens.read(token, TokenType.ACCESS)


def test_a_token_of_a_pruned_key_is_refused(token_app: Flask) -> None:
    token = tokens.issue_pair(uuid4(), uuid4(), is_fresh=True).access_token
    first = keys_of(token_app).kid
    after = rotated(rotated(token_app))
    kept = [kid for kid in keys_of(after).public_keys if kid != first]
    settings = after.extensions["settings"].model_dump() | keys_of(after).prune([first])
    pruned = make_token_app(**settings)
    assert list(keys_of(pruned).public_keys) == kept
    with pruned.app_context(), pytest.raises(UnauthorizedError):
        tokens.read(token, TokenType.ACCESS)


def test_the_last_retired_key_unsets_the_variable(token_app: Flask) -> None:
    after = keys_of(rotated(token_app))
    assert after.prune(after.retired_kids) == {"JWT_RETIRED_PUBLIC_KEYS": None}


def test_the_key_that_signs_cannot_be_pruned(token_app: Flask) -> None:
    keys = keys_of(token_app)
    with pytest.raises(KeyError):
        keys.prune([keys.kid])


def test_a_token_with_the_kid_of_another_key_is_refused(token_app: Flask) -> None:
    after = rotated(token_app)
    forger = Forger(after)
    other = keys_of(token_app).kid
    with after.app_context(), pytest.raises(UnauthorizedError):
        tokens.read(forger.token(forger.header(kid=other)), TokenType.ACCESS)


def test_the_signing_key_among_the_retired_ones_counts_once(token_app: Flask) -> None:
    rotation: dict[str, Any] = keys_of(token_app).rotate()
    rotation["JWT_PRIVATE_KEY"] = token_app.extensions["settings"].JWT_PRIVATE_KEY
    keys = SigningKeys.from_settings(Testing(**rotation))
    assert (list(keys.public_keys), keys.retired_kids) == ([keys.kid], [])
