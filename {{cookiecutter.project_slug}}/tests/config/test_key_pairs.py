"""Which key pairs are refused, and with which messages."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
#: if cookiecutter.jwt_algorithm == "ES256"
from jwt.utils import base64url_decode
#: endif

from config import key_pairs

ALGORITHM = "{{ cookiecutter.jwt_algorithm }}"

PRIVATE_KEY = key_pairs.generate_private_key(ALGORITHM)
PUBLIC_KEY = key_pairs.dump_public_key(
    key_pairs.load_private_key(PRIVATE_KEY, ALGORITHM).public_key()
)

# Published on jwt.io together with their private halves.
PUBLISHED = {
    "RS256": """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo
4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u
+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyeh
kd3qqGElvW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ
0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdg
cKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbc
mwIDAQAB
-----END PUBLIC KEY-----
""",
    "ES256": """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
""",
    "EdDSA": """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAwmK6SSAu2E9V7uynkCKEaj5nZJyTvNG4x0KohsRzLpg=
-----END PUBLIC KEY-----
""",
}


def dump(key: object, *, passphrase: bytes | None = None) -> str:
    """Return a private key of whatever kind as PEM."""
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)  # type: ignore[attr-defined]
    return pem.decode()


@cache
def other_kinds() -> dict[str, object]:
    """Return private keys that do not fit the algorithm."""
    kinds = {
        "rsa-1024": rsa.generate_private_key(65537, 1024),  # noqa: S505 - to be refused.
        "p-256": ec.generate_private_key(ec.SECP256R1()),
        "p-384": ec.generate_private_key(ec.SECP384R1()),
        "secp256k1": ec.generate_private_key(ec.SECP256K1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "ed448": ed448.Ed448PrivateKey.generate(),
        "x25519": x25519.X25519PrivateKey.generate(),
    }
    kinds.pop({"ES256": "p-256", "EdDSA": "ed25519"}.get(ALGORITHM, ""), None)
    return kinds


def refuse_private(pem: str) -> str:
    """Fail unless *pem* is refused; return the phrase, which holds nothing of it."""
    with pytest.raises(ValueError, match=r"^must be [^\n]+$") as caught:
        key_pairs.check_private_key(pem, ALGORITHM)
    assert caught.value.__cause__ is None
    return str(caught.value)


def refuse_public(pem: str) -> str:
    """Fail unless *pem* is refused; return the phrase, which holds nothing of it."""
    with pytest.raises(ValueError, match=r"^must be [^\n]+$") as caught:
        key_pairs.check_public_keys(pem, ALGORITHM)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_generated_key_is_accepted() -> None:
    assert key_pairs.check_private_key(PRIVATE_KEY, ALGORITHM) == PRIVATE_KEY


@pytest.mark.parametrize("algorithm", key_pairs.KINDS)
def test_a_key_can_be_generated_for_every_algorithm(algorithm: str) -> None:
    pem = key_pairs.generate_private_key(algorithm)
    assert key_pairs.check_private_key(pem, algorithm) == pem


def test_generated_keys_differ() -> None:
    assert key_pairs.generate_private_key(ALGORITHM) != PRIVATE_KEY


def test_a_key_on_one_line_gets_its_line_ends_back() -> None:
    on_one_line = PRIVATE_KEY.replace("\n", "\\n")
    assert key_pairs.check_private_key(on_one_line, ALGORITHM) == PRIVATE_KEY
    with_returns = PRIVATE_KEY.replace("\n", "\\r\\n")
    assert key_pairs.check_private_key(with_returns, ALGORITHM) == PRIVATE_KEY


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "secret",
        PRIVATE_KEY[:100],
        PRIVATE_KEY[40:],
        PRIVATE_KEY.replace("END", "EMD"),
        PRIVATE_KEY.replace("M", "!", 1),
        "\n".join(PRIVATE_KEY.splitlines()[:1] + PRIVATE_KEY.splitlines()[-1:]),
        PRIVATE_KEY.replace("PRIVATE KEY", "PUBLIC KEY"),
        PRIVATE_KEY * 2,
        PRIVATE_KEY + "x",
        PUBLIC_KEY,
        PRIVATE_KEY + PUBLIC_KEY,
        "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n\ud800\n-----END PRIVATE KEY-----",
    ],
    # Not made from the keys, which are new in every process.
    ids=[
        "nothing",
        "a word",
        "its beginning",
        "its end",
        "another last line",
        "a wrong character",
        "no middle",
        "a public key by name",
        "two",
        "something after it",
        "a public key",
        "a pair",
        "no key inside",
        "no base64 inside",
    ],
)
def test_anything_but_one_whole_private_key_is_refused(pem: str) -> None:
    assert "whole PEM" in refuse_private(pem)


def test_a_key_with_a_passphrase_is_refused() -> None:
    key = key_pairs.load_private_key(PRIVATE_KEY, ALGORITHM)
    assert "without a passphrase" in refuse_private(dump(key, passphrase=b"abc"))


def test_a_key_of_another_kind_is_refused() -> None:
    for name, key in other_kinds().items():
        pem = dump(key)
        phrase = refuse_private(pem)
        assert key_pairs.KINDS[ALGORITHM] in phrase, name


def test_there_may_be_any_number_of_retired_keys() -> None:
    for number in range(4):
        keys = key_pairs.load_public_keys(PUBLIC_KEY * number, ALGORITHM)
        assert [key_pairs.dump_public_key(key) for key in keys] == [PUBLIC_KEY] * number


def test_public_keys_on_one_line_get_their_line_ends_back() -> None:
    pem = PUBLIC_KEY * 2
    assert key_pairs.check_public_keys(pem.replace("\n", "\\n"), ALGORITHM) == pem


@pytest.mark.parametrize(
    "pem",
    [
        "x",
        PUBLIC_KEY[:60],
        PUBLIC_KEY + PUBLIC_KEY[:60],
        PUBLIC_KEY + "," + PUBLIC_KEY,
        PRIVATE_KEY,
        PUBLIC_KEY + PRIVATE_KEY,
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
    ],
    ids=["text", "torn", "second-torn", "comma", "private", "second-private", "certificate"],
)
def test_anything_but_whole_public_keys_is_refused(pem: str) -> None:
    assert "whole PEM" in refuse_public(pem)


def test_a_public_key_of_another_kind_is_refused() -> None:
    for name, key in other_kinds().items():
        public = key.public_key()  # type: ignore[attr-defined]
        phrase = refuse_public(PUBLIC_KEY + key_pairs.dump_public_key(public))
        assert key_pairs.KINDS[ALGORITHM] in phrase, name


#: if cookiecutter.jwt_algorithm != "RS256"
def test_the_private_half_of_a_published_pair_is_refused() -> None:
    #: if cookiecutter.jwt_algorithm == "ES256"
    scalar = base64url_decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")  # RFC 7515 A.3
    key = ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())
    #: else
    seed = "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"  # RFC 8410 10.3
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    #: endif
    assert "printed in public" in refuse_private(dump(key))


#: endif
def test_a_published_key_is_refused() -> None:
    assert "printed in public" in refuse_public(PUBLISHED[ALGORITHM])
    assert "printed in public" in refuse_public(PUBLIC_KEY + PUBLISHED[ALGORITHM])
