"""Codes of apps as RFC 6238 has them, and recovery codes that people can type."""

from __future__ import annotations

from base64 import b32encode
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from app.second_factor import codes

if TYPE_CHECKING:
    from tests.fixtures.second_factors import Clock

# RFC 6238, appendix B: the seed of SHA-1, and the last six digits of its codes.
SECRET = b32encode(b"12345678901234567890").decode()
VECTORS = {
    59: "287082",
    1_111_111_109: "081804",
    1_111_111_111: "050471",
    1_234_567_890: "005924",
    2_000_000_000: "279037",
}


@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize(("moment", "code"), VECTORS.items())
def test_codes_are_those_of_rfc_6238(clock: Clock, moment: int, code: str) -> None:
    clock.seconds = moment
    assert codes.find_step(SECRET, code) == moment // 30


@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_code_is_good_one_step_aside(clock: Clock, steps: int, is_taken: bool) -> None:  # noqa: FBT001 - a case of the table.
    clock.seconds = 1_234_567_890 + 30 * steps
    assert (codes.find_step(SECRET, "005924") is not None) == is_taken


@pytest.mark.parametrize(
    "typed", ["005 924", " 005924 ", "005-924", "\uff10\uff10\uff15\uff19\uff12\uff14"]
)
def test_a_code_may_be_typed_in_parts(clock: Clock, typed: str) -> None:
    clock.seconds = 1_234_567_890
    assert codes.is_of_an_app(typed)
    assert codes.find_step(SECRET, typed) is not None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "5924",
        "0059245",
        "\u0660\u0660\u0665\u0669\u0662\u0664",
        "abcdef",
    ],
)
def test_what_is_no_code_is_no_step(clock: Clock, typed: str) -> None:
    clock.seconds = 1_234_567_890
    assert codes.find_step(SECRET, typed) is None


@pytest.mark.checklist("auth.standards")
def test_secrets_and_recovery_codes_cannot_be_guessed() -> None:
    # In base32 a letter is five bits: RFC 4226 section 4 (R6), OWASP ASVS 5.0 (6.5.2).
    secrets = [codes.make_secret() for _ in range(100)]
    assert len({*secrets}) == len(secrets)
    assert all(len(secret) * 5 >= 160 for secret in secrets)
    made = [code for _ in range(20) for code in codes.make_recovery_codes()]
    assert len({*made}) == len(made) == 200
    assert all(len(code.replace("-", "")) * 5 >= 112 for code in made)


def test_a_recovery_code_is_one_however_it_is_typed() -> None:
    (code, another, *_) = codes.make_recovery_codes()
    stored = codes.hash_recovery_code(code)
    spellings = (code.upper(), code.replace("-", ""), code.replace("-", " "))
    assert {codes.hash_recovery_code(each) for each in spellings} == {stored}
    assert codes.hash_recovery_code(another) != stored
    assert not codes.is_of_an_app(code)


def test_an_app_reads_the_address_of_a_secret() -> None:
    parts = urlsplit(codes.address_for(SECRET, "김민지@example.com"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path.isascii()
    assert parse_qs(parts.query)["secret"] == [SECRET]
    assert parse_qs(parts.query)["issuer"]
