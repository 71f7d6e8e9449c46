"""Log in with a provider, and the providers' accounts that the caller has linked."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, request
from flask.views import MethodView

from app.accounts.errors import AccountSuspendedError, LoginJailedError, WrongPasswordError
#: if cookiecutter.mail
from app.accounts.letter_views import preferred_language
#: endif
from app.accounts.schemas import TokenPairOut
from app.context import context
from app.decorators import (
    Reply,
    accepts,
    documented,
    #: if cookiecutter.throttling
    limited_by,
    #: endif
    public,
    raises,
    returns,
    takes_query,
    with_fresh_login,
)
from app.errors import MalformedRequestError, NotFoundError, StaleLoginError
from app.extensions import settings
from app.identities import cookies, docs, logins, service
from app.identities.errors import (
    EmailUnverifiedError,
    IdentityTakenError,
    LastIdentityError,
    LinkRequiredError,
    LoginRefusedError,
    LoginStateError,
    ProviderUnavailableError,
    TooManyIdentitiesError,
)
from app.identities.schemas import IdentitiesOut, LinkIdentity, LinkOut, LoginReturn
#: if cookiecutter.second_factor
from app.second_factor.errors import SecondFactorOnError, SecondFactorRequiredError
#: endif

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from uuid import UUID


class IdentitiesView(MethodView):
    """All identities of the caller."""

    @documented(docs.LIST)
    @returns(IdentitiesOut)
    def get(self) -> dict[str, Any]:
        """List the account's identities at providers."""
        return {"items": service.list_all(context.account_id)}

    @documented(docs.LINK)
    @accepts(LinkIdentity)
    @returns(LinkOut)
    @raises(
        NotFoundError,
        WrongPasswordError,
        StaleLoginError,
        LoginJailedError,
        #: if cookiecutter.second_factor
        SecondFactorOnError,
        #: endif
        ProviderUnavailableError,
    )
    def post(self, body: LinkIdentity) -> Reply:
        """Begin to link the account with an identity at a provider."""
        begun = logins.begin_link(
            context.caller,
            body.provider,
            body.current_password.get_secret_value(),
            is_of_log_in=context.claims.is_of_log_in(settings.LOGIN_FRESH_SECONDS),
        )
        return Reply(begun, cookies.keep(begun, request.cookies))


class IdentityView(MethodView):
    """One identity of the caller."""

    @documented(docs.UNLINK)
    @with_fresh_login
    @returns(None, HTTPStatus.NO_CONTENT)
    @raises(LastIdentityError)
    def delete(self, identity_id: UUID) -> None:
        """Take an identity from the account."""
        service.unlink(context.caller, identity_id)


identities = Blueprint("identities", __name__)
identities.add_url_rule("", view_func=IdentitiesView.as_view("collection"))
identities.add_url_rule("/<uuid:identity_id>", view_func=IdentityView.as_view("item"))


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
        begun = logins.begin(provider)
        headers = cookies.keep(begun, request.cookies)
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
        AccountSuspendedError,
        EmailUnverifiedError,
        LinkRequiredError,
        IdentityTakenError,
        TooManyIdentitiesError,
        #: if cookiecutter.second_factor
        SecondFactorRequiredError,
        #: endif
        ProviderUnavailableError,
    )
    def get(self, provider: str, query: LoginReturn) -> Reply:
        """Exchange what the provider sent the browser back with for tokens."""
        _refuse_tokens(query.model_extra or {})
        returned = logins.Return(query.state, query.code, query.iss, query.error)
        browser = logins.Browser(
            cookies.read(query.state, request.cookies),
            request.remote_addr or "",
            request.user_agent.string,
            #: if cookiecutter.mail
            preferred_language(),
            #: endif
        )
        pair = logins.finish(provider, returned, browser)
        return Reply(pair, cookies.forget(query.state))


def _refuse_tokens(extra: Mapping[str, object]) -> None:
    if _TOKENS & extra.keys():
        raise MalformedRequestError


provider_logins = Blueprint("provider_logins", __name__)
provider_logins.add_url_rule("/<provider>", view_func=BeginView.as_view("begin"))
provider_logins.add_url_rule("/<provider>/callback", view_func=FinishView.as_view("finish"))
