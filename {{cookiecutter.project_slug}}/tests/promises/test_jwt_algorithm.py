"""JWT: the server decides how a token is verified, not the token."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any, Final

import pytest
from pydantic import ValidationError

from config.testing import Testing
from tests.fixtures.api import Api
from tests.fixtures.forgery import (
    DIGESTS,
    OTHER_ALGORITHMS,
    encode,
    known_keys,
    other_key,
    public_jwk,
    sign_with_hmac,
)
from tests.fixtures.tokens import Forger

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.fixtures.accounts import Person

pytestmark = pytest.mark.checklist("jwt.algorithm")

ME: Final = "/api/v1/me"
# Each asks a reader to take a key, or a rule, from the token itself or from where it points to.
TEMPTATIONS: Final[dict[str, Any]] = {
    "jku": "https://attacker.example/keys.json",
    "x5u": "https://attacker.example/chain.pem",
    "x5c": ["MIIB"],
    "x5t": "AAAA",
    "crit": ["exp"],
    "b64": False,
    "zip": "DEF",
}
KIDS: Final = {
    "empty": "",
    "unknown": "unknown",
    "a device": "../../../../dev/null",
    "a path": "/etc/passwd",
    "a URL": "file:///dev/null",
    "NUL": "kid\x00.pem",
    "SQL": "' UNION SELECT 'key' --",
    "a command": "$(id)",
    "long": "k" * 1000,
    "a number": 1,
    "null": None,
    "a list": ["kid"],
    "an operator": {"$ne": None},
}


@pytest.fixture
def forge(app: Flask) -> Forger:
    """Return a forger of tokens that has the app's own key."""
    return Forger(app)


@pytest.fixture
def claims(account: Person) -> dict[str, Any]:
    """Return the claims of a valid token: only the form of a forged one is wrong."""
    payload = account.access_token.split(".")[1]
    decoded: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=="))
    return decoded


@pytest.fixture
def refuse(app: Flask) -> Callable[[str], None]:
    """Return a function that fails unless a token is refused like every other invalid one."""
    api = Api(app)

    def refuse(token: str) -> None:
        answer = api.get(ME, headers={"Authorization": f"Bearer {token}"}, status=401)
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        assert answer.json["type"] == "/problems/unauthorized"

    return refuse


def test_handmade_token_is_accepted_if_nothing_is_wrong_with_it(
    api: Api, forge: Forger, claims: dict[str, Any]
) -> None:
    api.get(ME, headers={"Authorization": f"Bearer {forge.token(payload=claims)}"})


@pytest.mark.parametrize(
    "name", ["none", "None", "NONE", "nOnE", "", None, 0, False, [], ["none"]], ids=repr
)
def test_token_without_an_algorithm_is_refused(
    refuse: Callable[[str], None], forge: Forger, claims: dict[str, Any], account: Person, name: Any
) -> None:
    message = f"{encode(forge.header(alg=name))}.{encode(claims)}"
    for signature in ("", "AA", account.access_token.rpartition(".")[2]):
        refuse(f"{message}.{signature}")


@pytest.mark.parametrize("algorithm", sorted(DIGESTS))
def test_hmac_with_a_known_key_is_refused(
    app: Flask,
    refuse: Callable[[str], None],
    forge: Forger,
    claims: dict[str, Any],
    algorithm: str,
) -> None:
    message = f"{encode(forge.header(alg=algorithm))}.{encode(claims)}"
    for key in known_keys(app, algorithm):
        refuse(sign_with_hmac(message, key, algorithm))


@pytest.mark.parametrize("algorithm", OTHER_ALGORITHMS)
def test_header_cannot_name_another_algorithm(
    refuse: Callable[[str], None], forge: Forger, claims: dict[str, Any], algorithm: str
) -> None:
    refuse(forge.token(forge.header(alg=algorithm), claims))


@pytest.mark.parametrize("name", TEMPTATIONS)
def test_header_cannot_bring_or_point_to_a_key_or_a_rule(
    refuse: Callable[[str], None], forge: Forger, claims: dict[str, Any], name: str
) -> None:
    header = forge.header(**{name: TEMPTATIONS[name]})
    refuse(forge.token(header, claims))
    refuse(forge.token(header, claims, key=other_key()))


def test_header_cannot_bring_a_key_that_verifies_it(
    refuse: Callable[[str], None], forge: Forger, claims: dict[str, Any]
) -> None:
    key = other_key()
    header = forge.header(jwk=public_jwk(key))
    refuse(forge.token(header, claims, key=key))
    refuse(forge.token(header, claims))


@pytest.mark.parametrize("kind", KIDS)
def test_kid_names_no_file_address_or_query(
    refuse: Callable[[str], None], forge: Forger, claims: dict[str, Any], kind: str
) -> None:
    refuse(forge.token(forge.header(kid=KIDS[kind]), claims))
    header = forge.header(kid=KIDS[kind], alg="HS256")
    # The content of /dev/null, if something reads it as a key.
    refuse(sign_with_hmac(f"{encode(header)}.{encode(claims)}", b"", "HS256"))


def test_key_of_somebody_else_is_refused(
    refuse: Callable[[str], None], forge: Forger, claims: dict[str, Any]
) -> None:
    refuse(forge.token(payload=claims, key=other_key()))


@pytest.mark.parametrize("algorithm", ["none", "HS512", *OTHER_ALGORITHMS])
def test_no_setting_brings_another_algorithm(algorithm: str) -> None:
    with pytest.raises(ValidationError, match="JWT_ALGORITHM"):
        Testing(JWT_ALGORITHM=algorithm)
