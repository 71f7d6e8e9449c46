"""What a letter lets its reader do: confirm an address, reset a password, change the address."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, request
from flask.views import MethodView

from app.accounts import emails, letter_docs, recovery
from app.accounts.errors import LoginJailedError, SpentTokenError, WrongPasswordError
from app.accounts.languages import Language
from app.accounts.schemas import AskForReset, ChangeEmail, ConfirmEmail, ResetPassword
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
    with_fresh_login,
)

_NO_STORE = {"Cache-Control": "no-store"}


def preferred_language() -> Language:
    """Return what the caller likes to read best (RFC 9110 section 12.5.4), or English."""
    best: str = request.accept_languages.best_match([*Language], default=Language.ENGLISH)
    return Language(best)


class ConfirmView(MethodView):
    """Addresses are confirmed here."""

    @documented(letter_docs.CONFIRM)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @accepts(ConfirmEmail)
    @returns(None, HTTPStatus.NO_CONTENT)
    @raises(SpentTokenError)
    def post(self, body: ConfirmEmail) -> Reply:
        """Confirm an address with the token of a letter."""
        emails.confirm(body.token.get_secret_value())
        return Reply(None, _NO_STORE)


class PasswordResetView(MethodView):
    """Forgotten passwords begin to be replaced here."""

    @documented(letter_docs.ASK_FOR_RESET)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @accepts(AskForReset)
    @returns(None, HTTPStatus.ACCEPTED)
    def post(self, body: AskForReset) -> Reply:
        """Send a letter with which the password can be reset."""
        recovery.ask(body.email)
        return Reply(None, _NO_STORE)


class ConfirmResetView(MethodView):
    """Forgotten passwords are replaced here."""

    @documented(letter_docs.RESET)
    @public
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @accepts(ResetPassword)
    @returns(None, HTTPStatus.NO_CONTENT)
    @raises(SpentTokenError)
    def post(self, body: ResetPassword) -> Reply:
        """Set another password with the token of a letter."""
        recovery.reset(body.token.get_secret_value(), body.new_password.get_secret_value())
        return Reply(None, _NO_STORE)


auth = Blueprint("letters", __name__)
auth.add_url_rule("/confirm", view_func=ConfirmView.as_view("confirm"))
auth.add_url_rule("/password-reset", view_func=PasswordResetView.as_view("password_reset"))
auth.add_url_rule("/password-reset/confirm", view_func=ConfirmResetView.as_view("confirm_reset"))


class EmailView(MethodView):
    """Replace the address."""

    @documented(letter_docs.CHANGE_EMAIL)
    @with_fresh_login
    @accepts(ChangeEmail)
    @returns(None, HTTPStatus.ACCEPTED)
    @raises(WrongPasswordError, LoginJailedError)
    def put(self, body: ChangeEmail) -> None:
        """Send a letter with which the address changes."""
        password = body.current_password.get_secret_value()
        emails.ask_to_change(context.caller, body.new_email, password)


me = Blueprint("email", __name__)
me.add_url_rule("", view_func=EmailView.as_view("address"))
