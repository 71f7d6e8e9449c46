"""Public keys as JSON Web Keys: their members (RFC 7517) and their thumbprints (RFC 7638).

A thumbprint names a key in the `kid` of a token, and finds a key that is printed in public.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from jwt.algorithms import get_default_algorithms
from jwt.utils import base64url_encode

if TYPE_CHECKING:
    from collections.abc import Mapping

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

# RFC 7638 3.2 and RFC 8037 2: exactly these members, in this order, are what is hashed.
REQUIRED_MEMBERS: Final = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}

# Public halves of key pairs whose private half everybody can read.
PUBLISHED_THUMBPRINTS: Final = frozenset(
    {
        "oGDmHqCJ7yzMkWEkrlZVHkvrHIyQwtlDmeq5ForUHeY",  # jwt.io, RS256
        "zFHVsM9dc4OlHIwvEnVqfKzRj1ujqYGsZnXAcgn_CqI",  # jwt.io, RS256 in former years
        "19J8y7Zprt2-QKLjF2I5pVk0OELX6cY2AfaAv1LC_w8",  # jwt.io, ES256
        "QBeWNRsYJ8Gd0ovgTO17OrzkRbfxu_hA8blamxD_Lf8",  # jwt.io, EdDSA
        "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8",  # RFC 7515 A.2, RSA
        "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",  # RFC 7515 A.3, P-256
        "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",  # RFC 7517 A.2, P-256
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",  # RFC 7517 A.2, RSA
        "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI",  # RFC 7520 3.4, RSA
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",  # RFC 8037 A.1, Ed25519
        "3YZxBJ12jO3n_mXt_q-j_Z-TFP1vt-NiI3OCf-fEnHQ",  # RFC 8410 10.3, Ed25519
        "MG5cGnndDjB73SYRgx--spCT-WaYyVbc3gZe1PLpj9Y",  # PyJWT's manual, RS256
        "16zKmuhb0KVARMX3l7bLuhbfIOS3ApYIvxGZdbolzg0",  # PyJWT's manual, PS256
        "keB2QPl5o1okSEJB3ZuhJZd2Ns8D_7ol2_KAcfqJHxQ",  # PyJWT's manual, ES256
        "zD6Ku27DiffK3Eo53dEThwg7azhZfXYV0x8egjO42jA",  # PyJWT's manual, EdDSA
    }
)


def to_jwk(key: PublicKey, algorithm: str) -> dict[str, str]:
    """Return the required members of *key*; *algorithm* is the one it verifies."""
    members = get_default_algorithms()[algorithm].to_jwk(key, as_dict=True)
    return {name: members[name] for name in REQUIRED_MEMBERS[members["kty"]]}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the SHA-256 thumbprint of what to_jwk() returned, in base64url (RFC 7638 3)."""
    digest = Hash(SHA256())
    digest.update(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode())
    return base64url_encode(digest.finalize()).decode()
