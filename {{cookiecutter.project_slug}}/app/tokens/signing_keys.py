"""The key that signs tokens and the public keys that verify them, found by `kid`.

A `kid` is the key's own thumbprint (RFC 7638): nobody has to invent, store or agree on names,
and what a token says in it is only ever looked up in this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from config.jwk import thumbprint, to_jwk
from config.key_pairs import (
    dump_public_key,
    generate_private_key,
    load_private_key,
    load_public_keys,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from config.base import Base
    from config.jwk import PublicKey
    from config.key_pairs import PrivateKey


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """One private key, and the public keys by their `kid`: its own first, then the retired."""

    algorithm: str
    private_key: PrivateKey
    kid: str
    public_keys: Mapping[str, PublicKey]

    @classmethod
    def from_settings(cls, settings: Base) -> Self:
        """Load the keys of JWT_PRIVATE_KEY and JWT_RETIRED_PUBLIC_KEYS."""
        algorithm = settings.JWT_ALGORITHM
        private_key = load_private_key(settings.JWT_PRIVATE_KEY, algorithm)
        retired = load_public_keys(settings.JWT_RETIRED_PUBLIC_KEYS, algorithm)
        public_keys = {
            thumbprint(to_jwk(key, algorithm)): key for key in (private_key.public_key(), *retired)
        }
        return cls(algorithm, private_key, next(iter(public_keys)), public_keys)

    @property
    def retired_kids(self) -> list[str]:
        """The names of the keys that verify and no longer sign."""
        return [kid for kid in self.public_keys if kid != self.kid]

    def to_jwks(self) -> list[dict[str, str]]:
        """Return the public keys as the members of a JWK set (RFC 7517 section 5)."""
        return [
            {**to_jwk(key, self.algorithm), "kid": kid, "use": "sig", "alg": self.algorithm}
            for kid, key in self.public_keys.items()
        ]

    def rotate(self) -> dict[str, str | None]:
        """Return the settings with a new private key, this one's public half being retired."""
        return {
            "JWT_PRIVATE_KEY": generate_private_key(self.algorithm),
            "JWT_RETIRED_PUBLIC_KEYS": "".join(map(dump_public_key, self.public_keys.values())),
        }

    def prune(self, kids: Collection[str]) -> dict[str, str | None]:
        """Return the settings without the retired keys *kids*; None unsets a variable.

        Raises KeyError when one of them is no retired key.
        """
        kept = {kid: self.public_keys[kid] for kid in self.retired_kids}
        for kid in kids:
            del kept[kid]
        return {"JWT_RETIRED_PUBLIC_KEYS": "".join(map(dump_public_key, kept.values())) or None}
