"""What standards put under /.well-known (RFC 8615): the keys that verify our tokens."""

from __future__ import annotations

from flask import Blueprint
from flask.views import MethodView

#: if cookiecutter.xml
from app.constants import JSON_MEDIA_TYPE
#: endif
from app.decorators.contract import (
    Reply,
    documented,
    public,
    returns,
    #: if cookiecutter.xml
    sends,
    #: endif
    without_database,
)
from app.docs import well_known as docs
from app.schemas.public_keys import KeySetOut
from app.services import tokens

# Long enough to spare us, short enough for a rotation to be seen.
_CACHING = {"Cache-Control": "public, max-age=300"}


class KeySetView(MethodView):
    """The JSON Web Key Set (RFC 7517 section 5)."""

    @documented(docs.KEY_SET)
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
