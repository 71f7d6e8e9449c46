"""Forged tokens: each is refused, and none causes an error of ours."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from app import tokens
from app.errors import UnauthorizedError
from app.tokens.claims import TokenType
from app.tokens.form import HEADER_NAMES, LONGEST_TOKEN
from tests.fixtures.forgery import (
    DIGESTS,
    OTHER_ALGORITHMS,
    encode,
    known_keys,
    other_key,
    public_jwk,
    sign_with_hmac,
)

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.tokens import Forger

pytestmark = pytest.mark.usefixtures("token_app")


def refuse(token: str) -> None:
    """Fail unless *token* is refused like every other."""
    with pytest.raises(UnauthorizedError):
        tokens.read(token, TokenType.ACCESS)


def test_an_unchanged_handmade_token_is_accepted(forger: Forger) -> None:
    assert tokens.read(forger.token(), TokenType.ACCESS)


@pytest.mark.parametrize("signature", ["", "AA", "c2lnbmF0dXJl"])
@pytest.mark.parametrize("name", ["none", "None", "nOnE", "NONE", "", None, False, 0, [], {}])
def test_a_token_with_the_algorithm_none_is_refused(
    forger: Forger, name: Any, signature: str
) -> None:
    refuse(f"{encode(forger.header(alg=name))}.{encode(forger.payload())}.{signature}")


@pytest.mark.parametrize("algorithm", sorted(DIGESTS))
def test_an_hmac_with_a_known_key_is_refused(
    token_app: Flask, forger: Forger, algorithm: str
) -> None:
    message = f"{encode(forger.header(alg=algorithm))}.{encode(forger.payload())}"
    for key in known_keys(token_app, algorithm):
        refuse(sign_with_hmac(message, key, algorithm))


@pytest.mark.parametrize("algorithm", OTHER_ALGORITHMS)
def test_another_algorithm_is_refused_although_the_key_is_right(
    forger: Forger, algorithm: str
) -> None:
    refuse(forger.token(forger.header(alg=algorithm)))


def test_a_token_signed_with_another_key_is_refused(forger: Forger) -> None:
    refuse(forger.token(key=other_key()))


FOREIGN_MEMBERS: dict[str, Any] = {
    "jku": "https://attacker.example/keys.json",
    "x5u": "https://attacker.example/chain.pem",
    "x5c": ["MIIB"],
    "x5t": "AAAA",
    "crit": ["exp"],
    "b64": False,
    "zip": "DEF",
    "cty": "JWT",
    "url": "file:///etc/passwd",
    "nonce": "1",
}


@pytest.mark.parametrize("name", sorted(FOREIGN_MEMBERS))
def test_a_header_with_a_member_that_is_not_issued_here_is_refused(
    forger: Forger, name: str
) -> None:
    header = forger.header(**{name: FOREIGN_MEMBERS[name]})
    refuse(forger.token(header))
    refuse(forger.token(header, key=other_key()))


def test_a_token_that_brings_its_own_key_is_refused(forger: Forger) -> None:
    key = other_key()
    refuse(forger.token(forger.header(jwk=public_jwk(key)), key=key))
    refuse(forger.token(forger.header(jwk=public_jwk(key))))


def test_crit_with_b64_is_refused(forger: Forger) -> None:
    refuse(forger.token(forger.header(crit=["b64"], b64=False)))


@pytest.mark.parametrize(
    "kid",
    [
        "",
        "unknown",
        "../../../../dev/null",
        "/etc/passwd",
        "file:///dev/null",
        "\x00",
        "kid\x00.pem",
        "' OR 1=1 --",
        "k" * 1000,
        "ключ",
        "\ud800",
        1,
        0,
        None,
        True,
        [],
        ["kid"],
        {},
        {"$ne": None},
    ],
    ids=ascii,
)
def test_a_kid_that_names_no_key_is_refused(forger: Forger, kid: Any) -> None:
    refuse(forger.token(forger.header(kid=kid)))


@pytest.mark.parametrize("name", sorted(HEADER_NAMES))
def test_a_header_that_lacks_a_member_is_refused(forger: Forger, name: str) -> None:
    header = forger.header()
    del header[name]
    refuse(forger.token(header))


@pytest.mark.parametrize("typ", ["jwt", "JOSE", "at+jwt", "", None, 1, ["JWT"]])
def test_a_token_of_another_typ_is_refused(forger: Forger, typ: Any) -> None:
    refuse(forger.token(forger.header(typ=typ)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        ".....",
        "a.b",
        "a.b.c",
        "a.b.c.d.e",
        "null.null.null",
        "Bearer",
        "\x00",
        "токен",
        "\ud800.\udfff.\ud800",
        "eyJhbGciOiJub25lIn0..",
        "=.=.=",
        "x" * (LONGEST_TOKEN + 1),
        "." * 1_000_000,
        "A" * 1_000_000 + ".A.A",
    ],
    ids=lambda text: ascii(text[:25]),
)
def test_text_that_is_no_token_is_refused(text: str) -> None:
    refuse(text)


def test_each_prefix_of_a_token_is_refused(forger: Forger) -> None:
    token = forger.token()
    for length in range(len(token)):
        refuse(token[:length])


def test_a_token_with_one_changed_character_is_refused(forger: Forger) -> None:
    token = forger.token()
    for position, character in enumerate(token):
        other = "B" if character == "A" else "A"
        refuse(token[:position] + other + token[position + 1 :])


@pytest.mark.parametrize(
    "change", ["{0} ", " {0}", "{0}\n", "{0}=", "{0}.", "{0}.e30", "\ufeff{0}"]
)
def test_a_token_with_extra_characters_is_refused(forger: Forger, change: str) -> None:
    refuse(change.format(forger.token()))


@pytest.mark.parametrize(
    "octets",
    [
        b"\xff\xfe\x80",
        b'{"alg": "\xff"}',
        b"[]",
        b"[1]",
        b"null",
        b"1",
        b'"text"',
        b"{",
        b"{}",
        b"{} {}",
        b"NaN",
        b"\x00",
        b"9" * 2900,
        b"[" * 2900,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"[" * 10_000 + b"]" * 10_000,
        "{}".encode("utf-16"),
    ],
    ids=lambda octets: ascii(octets[:20]),
)
def test_a_header_or_payload_that_is_no_object_of_ours_is_refused(
    forger: Forger, octets: bytes
) -> None:
    refuse(forger.token(header=octets))
    refuse(forger.token(payload=octets))


@pytest.mark.parametrize("name", ["sub", "exp", "type", "jti"])
def test_a_duplicate_claim_is_refused(forger: Forger, name: str) -> None:
    payload = forger.payload()
    first = json.dumps({name: payload[name]}).encode()
    refuse(forger.token(payload=first[:-1] + b", " + json.dumps(payload).encode()[1:]))


def test_a_duplicate_header_member_is_refused(forger: Forger) -> None:
    header = json.dumps(forger.header()).encode()
    refuse(forger.token(header=b'{"alg": "none", ' + header[1:]))


def test_a_hostile_token_costs_little_time(forger: Forger) -> None:
    nested = forger.token(header=b"[" * 10_000 + b"]" * 10_000)
    start = time.process_time()
    for token in (nested, "A" * 10_000_000, "A." * 5_000_000):
        refuse(token)
    assert time.process_time() - start < 0.5
