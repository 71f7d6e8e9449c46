"""The caller's identities at log-in providers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, request
from flask.views import MethodView

from app.context import context
from app.decorators.contract import Reply, accepts, documented, raises, returns, with_fresh_login
from app.docs import identities as docs
from app.errors import (
    LastIdentityError,
    LoginJailedError,
    NotFoundError,
    ProviderUnavailableError,
    StaleLoginError,
    WrongPasswordError,
)
from app.extensions import settings
from app.schemas.identities import IdentitiesOut, LinkIdentity, LinkOut
from app.services import identities, provider_logins
from app.views import provider_login_cookies

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID


class IdentitiesView(MethodView):
    """All identities of the caller."""

    @documented(docs.LIST)
    @returns(IdentitiesOut)
    def get(self) -> dict[str, Any]:
        """List the account's identities at providers."""
        return {"items": identities.list_all(context.account_id)}

    @documented(docs.LINK)
    @accepts(LinkIdentity)
    @returns(LinkOut)
    @raises(
        NotFoundError,
        WrongPasswordError,
        StaleLoginError,
        LoginJailedError,
        ProviderUnavailableError,
    )
    def post(self, body: LinkIdentity) -> Reply:
        """Begin to link the account with an identity at a provider."""
        begun = provider_logins.begin_link(
            context.caller,
            body.provider,
            body.current_password.get_secret_value(),
            is_of_log_in=context.claims.is_of_log_in(settings.LOGIN_FRESH_SECONDS),
        )
        return Reply(begun, provider_login_cookies.keep(begun, request.cookies))


class IdentityView(MethodView):
    """One identity of the caller."""

    @documented(docs.UNLINK)
    @with_fresh_login
    @returns(None, HTTPStatus.NO_CONTENT)
    @raises(LastIdentityError)
    def delete(self, identity_id: UUID) -> None:
        """Take an identity from the account."""
        identities.unlink(context.caller, identity_id)


blueprint = Blueprint("identities", __name__)
blueprint.add_url_rule("", view_func=IdentitiesView.as_view("collection"))
blueprint.add_url_rule("/<uuid:identity_id>", view_func=IdentityView.as_view("item"))
