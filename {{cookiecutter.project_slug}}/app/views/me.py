"""The caller's own account."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask.views import MethodView

from app.context import context
from app.decorators.contract import (
    accepts,
    also_while_leaving,
    documented,
    raises,
    returns,
    with_fresh_login,
)
#: if cookiecutter.oauth == "server"
from app.decorators.scopes import scopes
#: endif
from app.docs import me as docs
from app.errors import LoginJailedError, WrongPasswordError
from app.schemas.accounts import AccountOut, ChangeAccount, ChangePassword, TokenPairOut
from app.services import account_deletion, accounts
#: if cookiecutter.oauth == "server"
from app.services.oauth.scopes import Scope
#: endif

if TYPE_CHECKING:
    from app.models.accounts import Profile
    from app.services.tokens import TokenPair
#: if cookiecutter.oauth == "server"

READ_PROFILE = Scope(
    "profile:read",
    en="See your e-mail address and display name",
    ko="이메일 주소와 표시 이름 보기",
)
CHANGE_PROFILE = Scope("profile:write", en="Change your display name", ko="표시 이름 바꾸기")
#: endif


class MeView(MethodView):
    """Read, change and delete the account."""

    @documented(docs.READ)
    #: if cookiecutter.oauth == "server"
    @scopes(READ_PROFILE)
    #: endif
    @returns(AccountOut)
    def get(self) -> Profile:
        """Show the account."""
        return context.caller.profile

    @documented(docs.CHANGE)
    #: if cookiecutter.oauth == "server"
    @scopes(CHANGE_PROFILE)
    #: endif
    @accepts(ChangeAccount)
    @returns(AccountOut)
    def patch(self, body: ChangeAccount) -> Profile:
        """Change the display name."""
        return accounts.rename(context.account_id, body.display_name)

    @documented(docs.DELETE)
    @with_fresh_login
    @also_while_leaving
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self) -> None:
        """Delete the account."""
        account_deletion.delete(context.caller)


class PasswordView(MethodView):
    """Replace the password."""

    @documented(docs.CHANGE_PASSWORD)
    @accepts(ChangePassword)
    @returns(TokenPairOut)
    @raises(WrongPasswordError, LoginJailedError)
    def put(self, body: ChangePassword) -> TokenPair:
        """Replace the password."""
        return accounts.change_password(
            context.caller,
            body.current_password.get_secret_value(),
            body.new_password.get_secret_value(),
        )


blueprint = Blueprint("me", __name__)
blueprint.add_url_rule("", view_func=MeView.as_view("account"))
blueprint.add_url_rule("/password", view_func=PasswordView.as_view("password"))
