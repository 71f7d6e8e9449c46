"""Problems of logging in with a provider."""

from __future__ import annotations

from http import HTTPStatus

from app.errors import ForbiddenError, Problem, ServiceUnavailableError


class LoginStateError(Problem):
    """Raised when a provider's answer belongs to no log-in that this browser has open."""

    status = HTTPStatus.BAD_REQUEST
    code = "login-state"
    detail = "This browser has no such log-in open: begin it again."


class LoginRefusedError(ForbiddenError):
    """Raised when a provider refuses a log-in, or what it answers proves nothing.

    *reason* is for the log alone.
    """

    code = "login-refused"
    detail = "The provider did not confirm who you are."

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class EmailUnverifiedError(ForbiddenError):
    """Raised when an account is to be made and the provider vouches for no e-mail."""

    code = "email-unverified"
    detail = "The provider has no verified e-mail of yours."


class LinkRequiredError(Problem):
    """Raised when an account has the e-mail and is not linked with who logs in.

    Whoever made it may have had no right to the e-mail, so that nothing is linked by itself.
    """

    status = HTTPStatus.CONFLICT
    code = "link-required"
    detail = "An account with this e-mail exists: log in as before, then link this provider."


class IdentityTakenError(Problem):
    """Raised when what is to be linked is another account's."""

    status = HTTPStatus.CONFLICT
    code = "identity-taken"
    detail = "Another account is linked with this identity."


class TooManyIdentitiesError(Problem):
    """Raised when an account is linked with as many identities as it may have."""

    status = HTTPStatus.CONFLICT
    code = "too-many-identities"
    detail = "This account is linked with as many identities as it may have."


class LastIdentityError(Problem):
    """Raised when nobody could log in to the account any more."""

    status = HTTPStatus.CONFLICT
    code = "last-identity"
    detail = "This is the account's only way to log in."


class ProviderUnavailableError(ServiceUnavailableError):
    """Raised when a log-in provider does not answer in time, or not as it should.

    *reason* is for the log alone.
    """

    code = "provider-unavailable"
    detail = "The provider does not answer: begin the log-in again shortly."

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
