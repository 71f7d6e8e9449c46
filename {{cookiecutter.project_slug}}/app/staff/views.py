"""The accounts of others."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask.views import MethodView

from app.accounts.errors import (
    #: if cookiecutter.mail
    AccountUnconfirmedError,
    #: endif
    LastAdminError,
)
from app.accounts.roles import Role
from app.context import context
from app.decorators import accepts, documented, raises, requires, returns, takes_query
from app.pagination import Page, PageRequest
from app.staff import docs, service
from app.staff.errors import OwnAccountError
from app.staff.schemas import (
    AccountsQuery,
    ManageAccount,
    ManagedAccountOut,
    ManagedAccountPageOut,
)

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from app.staff.service import ManagedAccount

# As it is stored: what is not there cannot be false.
#: if cookiecutter.mail
_STORED_AS: dict[str, dict[str, Any]] = {
    "active": {"is_suspended": None, "unconfirmed_until": None},
    "suspended": {"is_suspended": True},
    "unconfirmed": {"unconfirmed_until__ne": None},
}
#: else
_STORED_AS: dict[str, dict[str, Any]] = {
    "active": {"is_suspended": None},
    "suspended": {"is_suspended": True},
}
#: endif


class AccountsView(MethodView):
    """All accounts."""

    @documented(docs.LIST)
    @requires(Role.STAFF)
    @takes_query(AccountsQuery)
    @returns(ManagedAccountPageOut)
    def get(self, query: AccountsQuery) -> Page[ManagedAccount]:
        """List accounts, a page at a time."""
        filters = {} if query.state is None else _STORED_AS[query.state]
        request = PageRequest(query.limit, query.sort, query.cursor, filters)
        return service.list_page(request, query.email)


class ManagedAccountView(MethodView):
    """One account."""

    @documented(docs.READ)
    @requires(Role.STAFF)
    @returns(ManagedAccountOut)
    def get(self, account_id: UUID) -> ManagedAccount:
        """Read an account."""
        return service.find(account_id)

    @documented(docs.CHANGE)
    @requires(Role.STAFF)
    @accepts(ManageAccount)
    @returns(ManagedAccountOut)
    @raises(
        OwnAccountError,
        #: if cookiecutter.mail
        AccountUnconfirmedError,
        #: endif
        LastAdminError,
    )
    def patch(self, account_id: UUID, body: ManageAccount) -> ManagedAccount:
        """Suspend or restore an account, or change its roles."""
        changes = body.model_dump(exclude_unset=True, by_alias=False)
        return service.change(context.caller, account_id, **changes)


class SessionsOfAccountView(MethodView):
    """The sessions of one account."""

    @documented(docs.END_SESSIONS)
    @requires(Role.STAFF)
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, account_id: UUID) -> None:
        """Log an account out everywhere."""
        service.end_sessions(context.caller, account_id)


blueprint = Blueprint("accounts", __name__)
blueprint.add_url_rule("", view_func=AccountsView.as_view("collection"))
blueprint.add_url_rule("/<uuid:account_id>", view_func=ManagedAccountView.as_view("item"))
blueprint.add_url_rule(
    "/<uuid:account_id>/sessions", view_func=SessionsOfAccountView.as_view("sessions")
)
