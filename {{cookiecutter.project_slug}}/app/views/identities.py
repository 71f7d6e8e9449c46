"""The caller's identities at log-in providers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flasgger import swag_from
from flask import Blueprint, request
from flask.views import MethodView

from app.context import context
from app.decorators.contract import Reply, accepts, returns, with_fresh_login
from app.docs import identities as docs
from app.extensions import settings
from app.schemas.identities import IdentitiesOut, LinkIdentity, LinkOut
from app.services import identities, provider_logins
from app.views import provider_login_cookies

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID


class IdentitiesView(MethodView):
    """All identities of the caller."""

    @swag_from(docs.LIST)
    @returns(IdentitiesOut)
    def get(self) -> dict[str, Any]:
        """List identities."""
        return {"items": identities.list_all(context.account_id)}

    @swag_from(docs.LINK)
    @accepts(LinkIdentity)
    @returns(LinkOut)
    def post(self, body: LinkIdentity) -> Reply:
        """Begin to link one."""
        begun = provider_logins.begin_link(
            context.caller,
            body.provider,
            body.current_password.get_secret_value(),
            is_of_log_in=context.claims.is_of_log_in(settings.LOGIN_FRESH_SECONDS),
        )
        return Reply(begun, provider_login_cookies.keep(begun, request.cookies))


class IdentityView(MethodView):
    """One identity of the caller."""

    @swag_from(docs.UNLINK)
    @with_fresh_login
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, identity_id: UUID) -> None:
        """Take it from the account; every session ends."""
        identities.unlink(context.caller, identity_id)


blueprint = Blueprint("identities", __name__)
blueprint.add_url_rule("", view_func=IdentitiesView.as_view("collection"))
blueprint.add_url_rule("/<uuid:identity_id>", view_func=IdentityView.as_view("item"))
