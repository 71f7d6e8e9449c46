"""The public keys that verify our tokens, under /.well-known (RFC 8615)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.views import MethodView

from app import tokens
from app.decorators import (
    Reply,
    documented,
    public,
    returns,
    #: if cookiecutter.xml
    sends,
    #: endif
    without_database,
)
#: if cookiecutter.xml
from app.http import JSON_MEDIA_TYPE
#: endif
from app.operations import SERVICE, Doc
from app.schemas import Representation

KEY_SET = Doc(
    SERVICE,
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


class KeySetOut(Representation):
    """A JSON Web Key Set."""

    keys: list[dict[str, Any]]


# Long enough to spare us, short enough for a rotation to be seen.
_CACHING = {"Cache-Control": "public, max-age=300"}


class KeySetView(MethodView):
    """The JSON Web Key Set (RFC 7517 section 5)."""

    @documented(KEY_SET)
    @public
    @without_database
    #: if cookiecutter.xml
    @sends(JSON_MEDIA_TYPE)
    #: endif
    @returns(KeySetOut)
    def get(self) -> Reply:
        """List the keys that verify this API's tokens."""
        return Reply({"keys": tokens.public_keys()}, _CACHING)


blueprint = Blueprint("well_known", __name__)
blueprint.add_url_rule("/jwks.json", view_func=KeySetView.as_view("jwks"))
