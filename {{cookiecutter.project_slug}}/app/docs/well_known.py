"""What the API document says of the public keys."""

from __future__ import annotations

from typing import Any

KEY_SET: dict[str, Any] = {
    "tags": ["Service"],
    "operationId": "readKeySet",
    "summary": "The keys that verify this API's tokens",
    "description": "A JSON Web Key Set (RFC 7517); retired keys stay until their tokens are over.",
    "answer": {
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
}
