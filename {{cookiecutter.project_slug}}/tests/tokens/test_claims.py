"""The claims that a correctly signed token must and must not have."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app import tokens
from app.errors import UnauthorizedError
from app.tokens.claims import CLAIM_TYPES, TokenType

if TYPE_CHECKING:
    from tests.fixtures.tokens import Forger

pytestmark = pytest.mark.usefixtures("token_app")


def refuse(token: str) -> None:
    """Fail unless *token* is refused as every type."""
    for expected in TokenType:
        with pytest.raises(UnauthorizedError):
            tokens.read(token, expected)


@pytest.mark.parametrize("name", sorted(CLAIM_TYPES))
def test_a_token_that_lacks_a_claim_is_refused(forger: Forger, name: str) -> None:
    payload = forger.payload()
    del payload[name]
    refuse(forger.token(payload=payload))


@pytest.mark.parametrize("name", ["scopes", "csrf", "email", "admin", "", "$where"])
def test_a_token_with_one_claim_more_is_refused(forger: Forger, name: str) -> None:
    refuse(forger.token(payload=forger.payload(**{name: "x"})))


WRONG_VALUES: list[Any] = [
    None,
    True,
    0,
    1,
    -1,
    1.5,
    1e300,
    float("inf"),
    float("-inf"),
    float("nan"),
    10**30,
    10**300,
    "",
    "x",
    "2099-01-01T00:00:00Z",
    [],
    [1],
    {},
    {"$gt": ""},
]


@pytest.mark.parametrize("value", WRONG_VALUES, ids=str)
@pytest.mark.parametrize("name", sorted(CLAIM_TYPES))
def test_a_claim_of_another_type_is_refused(forger: Forger, name: str, value: Any) -> None:
    if name in {"iat", "nbf"} and type(value) is int and value < time.time():
        pytest.skip("a time that has passed, as it should have")
    if name == "fresh" and value is True:
        pytest.skip("one of the two that fresh can be")
    refuse(forger.token(payload=forger.payload(**{name: value})))


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_time_with_a_fraction_is_refused(forger: Forger, name: str) -> None:
    refuse(forger.token(payload=forger.payload(**{name: forger.payload()[name] + 0.0})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"aud": "other"},
        {"aud": ["{{ cookiecutter.project_slug }}"]},
        {"aud": ["{{ cookiecutter.project_slug }}", "other"]},
        {"type": "Access"},
        {"type": "id"},
    ],
    ids=str,
)
def test_a_token_for_something_else_is_refused(forger: Forger, changes: dict[str, Any]) -> None:
    refuse(forger.token(payload=forger.payload(**changes)))


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("exp", 0), ("exp", -1), ("exp", -1_000_000), ("nbf", 30), ("nbf", 1_000_000), ("iat", 30)],
)
def test_an_expired_or_early_token_is_refused(forger: Forger, name: str, seconds: int) -> None:
    refuse(forger.token(payload=forger.payload(**{name: int(time.time()) + seconds})))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.upper(),
        lambda text: text.replace("-", ""),
        lambda text: "{" + text + "}",
        lambda text: f"urn:uuid:{text}",
        lambda text: f" {text}",
        lambda text: f"{text}\x00",
        lambda text: text[:-1],
        lambda _: "1",
        lambda _: "../../me",
    ],
    ids=["upper", "no-hyphens", "braces", "urn", "space", "nul", "short", "integer", "path"],
)
def test_a_uuid_in_another_spelling_is_refused(forger: Forger, change: Any) -> None:
    good = f"a{str(uuid4())[1:]}"
    for changes in (
        {"sub": change(good)},
        {"jti": f"{change(good)}.{uuid4()}"},
        {"jti": f"{uuid4()}.{change(good)}"},
    ):
        refuse(forger.token(payload=forger.payload(**changes)))


@pytest.mark.parametrize("jti", ["{0}", "{0}.", ".{0}", "{0}{0}", "{0}.{0}.{0}", "{0}/{0}"])
def test_a_jti_that_is_not_two_uuids_is_refused(forger: Forger, jti: str) -> None:
    refuse(forger.token(payload=forger.payload(jti=jti.format(uuid4()))))
