"""Problems of second factors."""

from __future__ import annotations

from http import HTTPStatus

from app.errors import ForbiddenError, Problem


class SecondFactorRequiredError(Problem):
    """Raised when a log-in is right so far, and the account wants a code as well."""

    status = HTTPStatus.UNAUTHORIZED
    code = "second-factor-required"
    detail = "Log in with e-mail, password and a code."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class WrongCodeError(ForbiddenError):
    """Raised when an authenticated caller confirms with a wrong code, or with one used before."""

    code = "wrong-code"
    detail = "The code is wrong, or was used before."


class SecondFactorOnError(Problem):
    """Raised when something is asked for that an account with a second factor does not get."""

    status = HTTPStatus.CONFLICT
    code = "second-factor-on"
    detail = "The account has a second factor: remove it first."


class SecondFactorMissingError(ForbiddenError):
    """Raised when an operation is for a role, and the caller's has to have a second factor."""

    code = "second-factor-missing"
    detail = "Set up a second factor to do this."
