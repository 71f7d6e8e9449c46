"""The caller's second factor."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for
from flask.views import MethodView

from app.accounts.errors import LoginJailedError, WrongPasswordError
from app.context import context
from app.decorators import Reply, accepts, documented, raises, returns
from app.errors import NotFoundError
from app.second_factor import docs, service
from app.second_factor.errors import SecondFactorOnError, WrongCodeError
from app.second_factor.schemas import (
    BeginSecondFactor,
    ConfirmSecondFactor,
    RemoveSecondFactor,
    SecondFactorConfirmedOut,
    SecondFactorOut,
    SetupOut,
)

if TYPE_CHECKING:
    from app.second_factor.service import Confirmed, SecondFactorState


class SecondFactorView(MethodView):
    """The second factor, if there is one."""

    @documented(docs.READ)
    @returns(SecondFactorOut)
    def get(self) -> SecondFactorState:
        """Show whether log-ins ask for a code."""
        return service.describe(context.caller)

    @documented(docs.BEGIN)
    @accepts(BeginSecondFactor)
    @returns(SetupOut, HTTPStatus.CREATED)
    @raises(SecondFactorOnError, WrongPasswordError, LoginJailedError)
    def post(self, body: BeginSecondFactor) -> Reply:
        """Begin to set up a second factor."""
        setup = service.begin(context.caller, body.current_password.get_secret_value())
        return Reply(setup, {"Location": url_for("second_factor.item")})

    @documented(docs.REMOVE)
    @accepts(RemoveSecondFactor)
    @returns(None, HTTPStatus.NO_CONTENT)
    @raises(NotFoundError, WrongPasswordError, WrongCodeError, LoginJailedError)
    def delete(self, body: RemoveSecondFactor) -> None:
        """Remove the second factor."""
        password, code = body.current_password.get_secret_value(), body.code.get_secret_value()
        service.remove(context.caller, password, code)


class ConfirmView(MethodView):
    """The second factor counts from here on."""

    @documented(docs.CONFIRM)
    @accepts(ConfirmSecondFactor)
    @returns(SecondFactorConfirmedOut)
    @raises(NotFoundError, SecondFactorOnError, WrongCodeError, LoginJailedError)
    def post(self, body: ConfirmSecondFactor) -> Confirmed:
        """Confirm the second factor with its first code."""
        code = body.code.get_secret_value()
        return service.confirm(context.caller, code, request.user_agent.string)


blueprint = Blueprint("second_factor", __name__)
blueprint.add_url_rule("", view_func=SecondFactorView.as_view("item"))
blueprint.add_url_rule("/confirm", view_func=ConfirmView.as_view("confirm"))
