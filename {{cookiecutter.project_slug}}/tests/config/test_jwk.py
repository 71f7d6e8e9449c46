"""Public keys as JSON Web Keys."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt import PyJWK
from jwt.utils import base64url_decode

from config.jwk import PUBLISHED_THUMBPRINTS, thumbprint, to_jwk


def test_the_thumbprint_of_rfc_8037_is_reproduced() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_order_of_members_does_not_matter() -> None:
    members = to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), "ES256")
    assert thumbprint(dict(reversed(members.items()))) == thumbprint(members)


def test_a_jwk_gives_its_key_back() -> None:
    for algorithm, key in (
        ("RS256", rsa.generate_private_key(65537, 2048)),
        ("ES256", ec.generate_private_key(ec.SECP256R1())),
        ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
    ):
        public = key.public_key()
        assert PyJWK(to_jwk(public, algorithm), algorithm).key == public


def test_published_thumbprints_are_sha_256() -> None:
    assert {len(base64url_decode(text)) for text in PUBLISHED_THUMBPRINTS} == {32}
