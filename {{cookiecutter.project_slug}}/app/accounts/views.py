"""Sign up, log in, refresh, log out; the caller's own account and sessions."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

#: if cookiecutter.mail
from flask import Blueprint, request
#: else
from flask import Blueprint, request, url_for
#: endif
from flask.views import MethodView

from app.accounts import (
    deletion,
    docs,
    logins,
    own_sessions,
    service,
    sessions,
    #: if cookiecutter.mail
    sign_ups,
    #: endif
)
from app.accounts.callers import Credentials
from app.accounts.errors import (
    AccountSuspendedError,
    #: if cookiecutter.mail
    EmailUnconfirmedError,
    #: else
    EmailTakenError,
    #: endif
    LoginJailedError,
    WrongCredentialsError,
    WrongPasswordError,
)
#: if cookiecutter.mail
from app.accounts.letter_views import preferred_language
#: endif
from app.accounts.schemas import (
    AccountOut,
    ChangeAccount,
    ChangePassword,
    LogIn,
    SessionsOut,
    SignUp,
    TokenPairOut,
)
from app.context import context
from app.decorators import (
    Reply,
    accepts,
    also_while_leaving,
    documented,
    #: if cookiecutter.throttling
    limited_by,
    #: endif
    public,
    raises,
    returns,
    with_fresh_login,
    with_refresh_token,
)
#: if cookiecutter.oauth == "server"
from app.oauth.decorators import scopes
from app.oauth.scopes import Scope
#: endif
#: if cookiecutter.second_factor
from app.second_factor.errors import SecondFactorRequiredError
#: endif

if TYPE_CHECKING:
    from uuid import UUID

    from app.accounts.models import Profile
    from app.accounts.own_sessions import OpenSession
    from app.tokens import TokenPair

_NO_STORE = {"Cache-Control": "no-store"}


class SignUpView(MethodView):
    """Accounts come to be here."""

    @documented(docs.SIGN_UP)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @accepts(SignUp)
    #: if cookiecutter.mail
    @returns(None, HTTPStatus.ACCEPTED)
    #: else
    @returns(AccountOut, HTTPStatus.CREATED)
    @raises(EmailTakenError)
    #: endif
    def post(self, body: SignUp) -> Reply:
        """Create an account."""
        #: if cookiecutter.mail
        password = body.password.get_secret_value()
        sign_ups.begin(body.email, password, body.display_name, preferred_language())
        return Reply(None, _NO_STORE)
        #: else
        profile = service.sign_up(body.email, body.password.get_secret_value(), body.display_name)
        return Reply(profile, {"Location": url_for("me.account"), **_NO_STORE})
        #: endif


class LogInView(MethodView):
    """Sessions begin here."""

    @documented(docs.LOG_IN)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @accepts(LogIn)
    @returns(TokenPairOut)
    @raises(
        WrongCredentialsError,
        AccountSuspendedError,
        #: if cookiecutter.mail
        EmailUnconfirmedError,
        #: endif
        #: if cookiecutter.second_factor
        SecondFactorRequiredError,
        #: endif
        LoginJailedError,
    )
    def post(self, body: LogIn) -> Reply:
        """Exchange credentials for tokens."""
        credentials = Credentials(
            email=body.email,
            password=body.password.get_secret_value(),
            address=request.remote_addr or "",
            user_agent=request.user_agent.string,
            #: if cookiecutter.second_factor
            code=body.code.get_secret_value(),
            #: endif
        )
        return Reply(logins.log_in(credentials), _NO_STORE)


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


auth = Blueprint("auth", __name__)
auth.add_url_rule("/signup", view_func=SignUpView.as_view("signup"))
auth.add_url_rule("/login", view_func=LogInView.as_view("login"))
auth.add_url_rule("/refresh", view_func=RefreshView.as_view("refresh"))
auth.add_url_rule("/logout", view_func=LogOutView.as_view("logout"))
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
        #: if cookiecutter.mail
        """Change the display name, or the language that the account is written to in."""
        changes = body.model_dump(exclude_unset=True, by_alias=False)
        return service.change(context.account_id, changes)
        #: else
        """Change the display name."""
        return service.rename(context.account_id, body.display_name)
        #: endif

    @documented(docs.DELETE)
    @with_fresh_login
    @also_while_leaving
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self) -> None:
        """Delete the account."""
        deletion.delete(context.caller)


class PasswordView(MethodView):
    """Replace the password."""

    @documented(docs.CHANGE_PASSWORD)
    @accepts(ChangePassword)
    @returns(TokenPairOut)
    @raises(WrongPasswordError, LoginJailedError)
    def put(self, body: ChangePassword) -> TokenPair:
        """Replace the password."""
        return service.change_password(
            context.caller,
            body.current_password.get_secret_value(),
            body.new_password.get_secret_value(),
            request.user_agent.string,
        )


class SessionsView(MethodView):
    """All sessions of the caller."""

    @documented(docs.LIST_SESSIONS)
    @returns(SessionsOut)
    def get(self) -> dict[str, list[OpenSession]]:
        """List where the account is logged in."""
        return {"items": own_sessions.list_all(context.caller)}

    @documented(docs.END_OTHER_SESSIONS)
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self) -> None:
        """Log the account out everywhere else."""
        own_sessions.end_others(context.caller)


class SessionView(MethodView):
    """One session of the caller."""

    @documented(docs.END_SESSION)
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, session_id: UUID) -> None:
        """End one session."""
        own_sessions.end(context.caller, session_id)


me = Blueprint("me", __name__)
me.add_url_rule("", view_func=MeView.as_view("account"))
me.add_url_rule("/password", view_func=PasswordView.as_view("password"))
me.add_url_rule("/sessions", view_func=SessionsView.as_view("sessions"))
me.add_url_rule("/sessions/<uuid:session_id>", view_func=SessionView.as_view("session"))
