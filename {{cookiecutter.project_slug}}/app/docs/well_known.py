"""What the API document says of the public keys."""

from __future__ import annotations

from app.docs import Doc

KEY_SET = Doc(
    "Service",
    description="A JSON Web Key Set (RFC 7517); retired keys stay until their tokens are over.",
    answer={
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "use": "sig",
                "alg": "EdDSA",
                "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            }
        ]
    },
)
