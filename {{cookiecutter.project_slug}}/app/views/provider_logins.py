"""Log in with a provider: a browser goes there and comes back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, request
from flask.views import MethodView

from app.decorators.contract import (
    Reply,
    documented,
    #: if cookiecutter.throttling
    limited_by,
    #: endif
    public,
    raises,
    returns,
    takes_query,
)
from app.docs import provider_logins as docs
from app.errors import (
    EmailUnverifiedError,
    IdentityTakenError,
    LinkRequiredError,
    LoginRefusedError,
    LoginStateError,
    MalformedRequestError,
    ProviderUnavailableError,
    TooManyIdentitiesError,
)
from app.schemas.accounts import TokenPairOut
from app.schemas.identities import LoginReturn
from app.services import provider_logins
from app.views import provider_login_cookies

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a provider answers in other flows than the one that is asked for. RFC 9700 section 2.1.2: an
# address is no place for a token.
_TOKENS = frozenset({"access_token", "id_token", "token", "token_type"})


class BeginView(MethodView):
    """The way to a provider."""

    @documented(docs.BEGIN)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @returns(None, HTTPStatus.FOUND)
    @raises(ProviderUnavailableError)
    def get(self, provider: str) -> Reply:
        """Send the browser to a provider to log in."""
        begun = provider_logins.begin(provider)
        headers = provider_login_cookies.keep(begun, request.cookies)
        return Reply(None, {"Location": begun.authorization_url, **headers})


class FinishView(MethodView):
    """The way back."""

    @documented(docs.FINISH)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @takes_query(LoginReturn)
    @returns(TokenPairOut)
    @raises(
        LoginStateError,
        MalformedRequestError,
        LoginRefusedError,
        EmailUnverifiedError,
        LinkRequiredError,
        IdentityTakenError,
        TooManyIdentitiesError,
        ProviderUnavailableError,
    )
    def get(self, provider: str, query: LoginReturn) -> Reply:
        """Exchange what the provider sent the browser back with for tokens."""
        _refuse_tokens(query.model_extra or {})
        returned = provider_logins.Return(query.state, query.code, query.iss, query.error)
        secret = provider_login_cookies.read(query.state, request.cookies)
        pair = provider_logins.finish(provider, returned, secret)
        return Reply(pair, provider_login_cookies.forget(query.state))


def _refuse_tokens(extra: Mapping[str, object]) -> None:
    if _TOKENS & extra.keys():
        raise MalformedRequestError


blueprint = Blueprint("provider_logins", __name__)
blueprint.add_url_rule("/<provider>", view_func=BeginView.as_view("begin"))
blueprint.add_url_rule("/<provider>/callback", view_func=FinishView.as_view("finish"))
