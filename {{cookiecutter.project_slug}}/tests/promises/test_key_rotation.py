"""JWT: the public keys are published, and a key can be replaced without a log-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from app.tokens.signing_keys import SigningKeys
from tests.fixtures.api import Api
from tests.fixtures.tokens import ALGORITHM

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import LogIn, Person
    from tests.fixtures.application import MakeApp

pytestmark = pytest.mark.checklist("jwt.algorithm")

ME: Final = "/api/v1/me"
KEYS: Final = "/.well-known/jwks.json"


@pytest.fixture
def before(app: Flask) -> SigningKeys:
    """Return the keys as they are before the rotation."""
    return SigningKeys.from_settings(app.extensions["settings"])


def test_public_keys_are_published_and_nothing_private_with_them(
    api: Api, before: SigningKeys
) -> None:
    (key,) = api.get(KEYS).json["keys"]
    assert (key["kid"], key["alg"], key["use"]) == (before.kid, ALGORITHM, "sig")
    assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)


def test_after_rotation_the_old_key_verifies_and_the_new_one_signs(
    before: SigningKeys, make_app: MakeApp, account: Person, log_in: LogIn
) -> None:
    rotated = make_app(**before.rotate())
    api = Api(rotated)
    new, old = (key["kid"] for key in api.get(KEYS).json["keys"])
    assert (new != old, old) == (True, before.kid)
    api.get(ME, account)
    api.get(ME, log_in(account, app=rotated))


def test_pruned_key_no_longer_verifies(
    before: SigningKeys, make_app: MakeApp, account: Person, log_in: LogIn
) -> None:
    rotation = before.rotate()
    renewed = log_in(account, app=make_app(**rotation))
    api = Api(make_app(JWT_PRIVATE_KEY=rotation["JWT_PRIVATE_KEY"]))
    api.get(ME, renewed)
    api.get(ME, account, status=401)
