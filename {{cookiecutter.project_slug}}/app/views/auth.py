"""Sign up, log in, refresh, log out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for
from flask.views import MethodView

from app.context import context
from app.decorators.contract import (
    Reply,
    accepts,
    documented,
    #: if cookiecutter.throttling
    limited_by,
    #: endif
    public,
    raises,
    returns,
    with_refresh_token,
)
from app.docs import auth as docs
from app.errors import EmailTakenError, LoginJailedError, WrongCredentialsError
from app.schemas.accounts import AccountOut, LogIn, SignUp, TokenPairOut
from app.services import accounts, sessions

if TYPE_CHECKING:
    from app.services.tokens import TokenPair

_NO_STORE = {"Cache-Control": "no-store"}


class SignUpView(MethodView):
    """Accounts come to be here."""

    @documented(docs.SIGN_UP)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @accepts(SignUp)
    @returns(AccountOut, HTTPStatus.CREATED)
    @raises(EmailTakenError)
    def post(self, body: SignUp) -> Reply:
        """Create an account."""
        profile = accounts.sign_up(body.email, body.password.get_secret_value(), body.display_name)
        return Reply(profile, {"Location": url_for("me.account"), **_NO_STORE})


class LogInView(MethodView):
    """Sessions begin here."""

    @documented(docs.LOG_IN)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @accepts(LogIn)
    @returns(TokenPairOut)
    @raises(WrongCredentialsError, LoginJailedError)
    def post(self, body: LogIn) -> Reply:
        """Exchange credentials for tokens."""
        address = request.remote_addr or ""
        pair = sessions.log_in(body.email, body.password.get_secret_value(), address)
        return Reply(pair, _NO_STORE)


class RefreshView(MethodView):
    """Sessions go on here."""

    @documented(docs.REFRESH)
    @with_refresh_token
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @returns(TokenPairOut)
    def post(self) -> TokenPair:
        """Exchange a refresh token for a new pair."""
        return sessions.refresh(context.caller, context.claims.token_id)


class LogOutView(MethodView):
    """Sessions end here."""

    @documented(docs.LOG_OUT)
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @returns(None, HTTPStatus.NO_CONTENT)
    def post(self) -> None:
        """End the session."""
        sessions.log_out(context.account_id, context.claims.session_id)


blueprint = Blueprint("auth", __name__)
blueprint.add_url_rule("/signup", view_func=SignUpView.as_view("signup"))
blueprint.add_url_rule("/login", view_func=LogInView.as_view("login"))
blueprint.add_url_rule("/refresh", view_func=RefreshView.as_view("refresh"))
blueprint.add_url_rule("/logout", view_func=LogOutView.as_view("logout"))
