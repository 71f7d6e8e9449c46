"""Check and make the key pairs that sign tokens, before the first token is made.

The phrases raised here follow the name of a setting ("JWT_PRIVATE_KEY must be ..."), say what is
wanted and never repeat any part of the key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from config.jwk import PUBLISHED_THUMBPRINTS, PublicKey, thumbprint, to_jwk

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

MINIMUM_RSA_BITS: Final = 2048
NEW_RSA_BITS: Final = 3072

KINDS: Final = {
    "RS256": f"RSA with at least {MINIMUM_RSA_BITS} bits",
    "ES256": "the elliptic curve P-256",
    "EdDSA": "Ed25519",
}

PEM_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)


def check_private_key(pem: str, algorithm: str) -> str:
    """Return *pem* with real line ends if it can sign; raise ValueError with what is wanted."""
    load_private_key(pem, algorithm)
    return restore_line_ends(pem)


def check_public_keys(pem: str, algorithm: str) -> str:
    """Return *pem*, any number of public keys or none, with real line ends.

    Raises ValueError with what is wanted.
    """
    load_public_keys(pem, algorithm)
    return restore_line_ends(pem)


# The settings check a key and the app loads it, and checking an RSA key takes a tenth of a second:
# once is enough.
@lru_cache(maxsize=4)
def load_private_key(pem: str, algorithm: str) -> PrivateKey:
    """Return the key that signs with *algorithm*; raise ValueError as check_private_key does."""
    blocks = _split(pem)
    try:
        (block,) = blocks
        key = load_pem_private_key(block, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The library's own words may quote the input.
        raise ValueError("must be one whole PEM private key without a passphrase") from None
    _check_kind(key.public_key(), algorithm)
    return key  # type: ignore[return-value]  # _check_kind() narrows what mypy cannot follow.


def load_public_keys(pem: str, algorithm: str) -> list[PublicKey]:
    """Return the keys that verify *algorithm*; raise ValueError as check_public_keys does."""
    keys: list[PublicKey] = []
    for block in _split(pem):
        try:
            key = load_pem_public_key(block)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError("must be whole PEM public keys, one after the other") from None
        keys.append(_check_kind(key, algorithm))
    return keys


def generate_private_key(algorithm: str) -> str:
    """Return a new private key for *algorithm*, as PEM (PKCS #8)."""
    key: PrivateKey
    if algorithm == "RS256":
        key = rsa.generate_private_key(public_exponent=65537, key_size=NEW_RSA_BITS)
    elif algorithm == "ES256":
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def dump_public_key(key: PublicKey) -> str:
    """Return *key* as PEM, ending in a newline, so that keys can stand one after the other."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def restore_line_ends(pem: str) -> str:
    r"""Turn the two characters ``\n`` of a value that was given on one line into line ends."""
    return pem.replace("\\r", "").replace("\\n", "\n")


def _split(pem: str) -> list[bytes]:
    """Return the blocks of *pem*; text outside of them means that a key was torn."""
    text = restore_line_ends(pem)
    if PEM_BLOCK.sub("", text).strip():
        raise ValueError("must be whole PEM blocks and nothing else")
    # Not encode(): an undecodable byte would be quoted in the error.
    return [match.group().encode(errors="replace") for match in PEM_BLOCK.finditer(text)]


def _check_kind(key: object, algorithm: str) -> PublicKey:
    is_right = {
        "RS256": isinstance(key, rsa.RSAPublicKey) and key.key_size >= MINIMUM_RSA_BITS,
        "ES256": isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1",
        "EdDSA": isinstance(key, ed25519.Ed25519PublicKey),
    }
    if not is_right[algorithm]:
        raise ValueError(f"must be of the kind that {algorithm} needs: {KINDS[algorithm]}")
    known: PublicKey = key  # type: ignore[assignment]  # is_right says so
    if thumbprint(to_jwk(known, algorithm)) in PUBLISHED_THUMBPRINTS:
        raise ValueError("must be a key of your own, not one that is printed in public")
    return known
