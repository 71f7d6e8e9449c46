"""Problems of accounts and log-ins."""

from __future__ import annotations

from http import HTTPStatus

from app.errors import ForbiddenError, Problem, TooManyRequestsError


class WrongCredentialsError(Problem):
    """Raised when what is shown to log in does not belong together, known account or not."""

    status = HTTPStatus.UNAUTHORIZED
    code = "wrong-credentials"
    #: if cookiecutter.second_factor
    detail = "E-mail, password or code is wrong."
    #: else
    detail = "E-mail or password is wrong."
    #: endif

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class AccountSuspendedError(ForbiddenError):
    """Raised when somebody has proven whose a suspended account is."""

    code = "account-suspended"
    detail = "This account is suspended."


class WrongPasswordError(ForbiddenError):
    """Raised when an authenticated caller confirms with a wrong current password."""

    code = "wrong-password"
    detail = "The current password is wrong."


#: if cookiecutter.mail
class EmailUnconfirmedError(ForbiddenError):
    """Raised when a password is right, and nobody has confirmed the account's address yet."""

    code = "email-unconfirmed"
    detail = "The address is not confirmed: open the link in the letter that was sent there."


class AccountUnconfirmedError(Problem):
    """Raised when somebody is about to change an account that is nobody's yet."""

    status = HTTPStatus.CONFLICT
    code = "account-unconfirmed"
    detail = "Nobody has confirmed the address of this account yet."


class SpentTokenError(Problem):
    """Raised when a token of a letter is wrong, expired, replaced or used; it never tells which."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "spent-token"
    detail = "This token does not count, or not any more: ask for another letter."

    @property
    def title(self) -> str:
        """RFC 9110's name; the standard library still has the older one."""
        return "Unprocessable Content"


#: else
class EmailTakenError(Problem):
    """Raised when an account with this e-mail exists."""

    status = HTTPStatus.CONFLICT
    code = "email-taken"
    detail = "An account with this e-mail exists."


#: endif
class LastAdminError(Problem):
    """Raised when no admin would be left."""

    status = HTTPStatus.CONFLICT
    code = "last-admin"
    detail = "This is the last admin: there has to be another one first."


class LoginJailedError(TooManyRequestsError):
    """Raised when an account or an address failed to log in too often."""

    code = "login-jailed"
    detail = "Too many failed logins: try again later."

    def __init__(self, retry_after: int, jail: str = "") -> None:
        super().__init__(retry_after)
        # Names the one jail among all there have been, for whoever records it.
        self.jail = jail
