"""Every problem of this API: one tree, answered by one hook as application/problem+json.

Services raise these without knowing HTTP; the hook in app/hooks/errors.py adds the
request id. The stable code is the last part of the problem's ``type`` (RFC 9457).
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One mistake in a request: where (RFC 6901 pointer) and what is wanted there."""

    pointer: str
    detail: str


class Problem(Exception):  # noqa: N818 - the name is RFC 9457's, and subclasses end in Error.
    """Base of all problems; raised as one of its subclasses."""

    status: ClassVar[HTTPStatus]
    code: ClassVar[str]
    detail: ClassVar[str]

    def __init__(
        self,
        *,
        headers: dict[str, str] | None = None,
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        super().__init__(self.code)
        self.headers = headers or {}
        self.errors = errors

    @property
    def title(self) -> str:
        """The status in words, the same for every occurrence."""
        return self.status.phrase


class MalformedRequestError(Problem):
    """Raised when a body is no JSON at all, or the request itself is broken."""

    status = HTTPStatus.BAD_REQUEST
    code = "malformed-request"
    detail = "The request could not be read."


class UnknownHostError(Problem):
    """Raised when the Host header names none of TRUSTED_HOSTS."""

    status = HTTPStatus.BAD_REQUEST
    code = "unknown-host"
    detail = "This host is not served here."


class UnauthorizedError(Problem):
    """Raised when a request carries no token, or one that is not (or no longer) good.

    *reason* is for the log alone: the client learns that the token is invalid, not why.
    """

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthorized"
    detail = "A valid access token is required."

    def __init__(self, reason: str = "", *, is_token_sent: bool = True) -> None:
        # RFC 6750 section 3.1: no error code when the request has no credentials at all.
        challenge = 'Bearer error="invalid_token"' if is_token_sent else "Bearer"
        super().__init__(headers={"WWW-Authenticate": challenge})
        self.reason = reason


class StaleLoginError(Problem):
    """Raised when something irreversible is requested without a recent log-in.

    The answer follows RFC 9470, section 3: clients that know it ask for a new log-in.
    """

    status = HTTPStatus.UNAUTHORIZED
    code = "login-stale"
    detail = "Log in again to do this."

    def __init__(self, max_age: int) -> None:
        challenge = 'Bearer error="insufficient_user_authentication"'
        words = f'error_description="{self.detail}", max_age="{max_age}"'
        super().__init__(headers={"WWW-Authenticate": f"{challenge}, {words}"})


class WrongCredentialsError(Problem):
    """Raised when e-mail and password do not belong together, known account or not."""

    status = HTTPStatus.UNAUTHORIZED
    code = "wrong-credentials"
    detail = "E-mail or password is wrong."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class ForbiddenError(Problem):
    """Raised when the caller is known and may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"
    detail = "This is not allowed."


class WrongPasswordError(ForbiddenError):
    """Raised when an authenticated caller confirms with a wrong current password."""

    code = "wrong-password"
    detail = "The current password is wrong."


#: if cookiecutter.oauth == "client"
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


#: endif
#: if cookiecutter.oauth == "server"
class InsufficientScopeError(ForbiddenError):
    """Raised when the token of another app does not have the *scopes* that are needed."""

    code = "insufficient-scope"
    detail = "The token does not have the scope for this."

    def __init__(self, scopes: list[str]) -> None:
        challenge = 'Bearer error="insufficient_scope"'
        if scopes:
            challenge += f', scope="{" ".join(scopes)}"'
        super().__init__(headers={"WWW-Authenticate": challenge})


#: endif
#: if cookiecutter.security_headers
class InsecureTransportError(ForbiddenError):
    """Raised in production when a request came over plain HTTP."""

    code = "https-required"
    detail = "This API answers over HTTPS only."


#: endif
class NotFoundError(Problem):
    """Raised when nothing is there, or nothing that belongs to the caller."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"
    detail = "There is nothing here."


class MethodNotAllowedError(Problem):
    """Raised when the path exists and the method does not; *allowed* fills Allow."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "method-not-allowed"
    detail = "This method is not allowed here."

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(headers={"Allow": ", ".join(allowed)})


class NotAcceptableError(Problem):
    """Raised when the operation can produce no type that the Accept header allows."""

    status = HTTPStatus.NOT_ACCEPTABLE
    code = "not-acceptable"
    detail = "No acceptable representation is available."


class EmailTakenError(Problem):
    """Raised when an account with this e-mail exists."""

    status = HTTPStatus.CONFLICT
    code = "email-taken"
    detail = "An account with this e-mail exists."


class TooManyItemsError(Problem):
    """Raised when an account has as many of something as it may have."""

    status = HTTPStatus.CONFLICT
    code = "too-many-items"
    detail = "There are as many of these as there may be: delete one first."


#: if cookiecutter.uploads
class UploadMissingError(Problem):
    """Raised when a file is to be confirmed of which nothing has arrived."""

    status = HTTPStatus.CONFLICT
    code = "upload-missing"
    detail = "Nothing has been uploaded yet."


class UploadMismatchError(Problem):
    """Raised when what was uploaded has another size or type than was announced."""

    status = HTTPStatus.CONFLICT
    code = "upload-mismatch"
    detail = "What was uploaded is not what was announced; it is removed, and the file with it."


class TooManyPendingFilesError(Problem):
    """Raised when UPLOAD_PENDING_LIMIT files of an account wait to be confirmed."""

    status = HTTPStatus.CONFLICT
    code = "too-many-pending-files"
    detail = "Too many files are pending: confirm or delete some first."


#: endif
#: if cookiecutter.task_queue
class TooManyExportsError(Problem):
    """Raised when an account has as many exports as it may keep."""

    status = HTTPStatus.CONFLICT
    code = "too-many-exports"
    detail = "There are too many exports: delete one first."


class ExportNotReadyError(Problem):
    """Raised when an export is read that is not done."""

    status = HTTPStatus.CONFLICT
    code = "export-not-ready"
    detail = "This export is not done."


#: endif
class PreconditionFailedError(Problem):
    """Raised when If-Match or If-None-Match does not hold (RFC 9110 section 13)."""

    status = HTTPStatus.PRECONDITION_FAILED
    code = "precondition-failed"
    detail = "The resource is not in the state that the request expects."


class ContentTooLargeError(Problem):
    """Raised when a body is longer than MAX_BODY_BYTES."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "content-too-large"
    detail = "The body is too large."

    @property
    def title(self) -> str:
        """RFC 9110's name; the standard library still has the older one."""
        return "Content Too Large"


class UnsupportedMediaTypeError(Problem):
    """Raised when the operation does not read this type; *accepted* becomes the Accept header."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported-media-type"
    detail = "A body of this type is not accepted here."

    def __init__(self, accepted: str) -> None:
        super().__init__(headers={"Accept": accepted} if accepted else {})


class InvalidInputError(Problem):
    """Raised when a readable request breaks the operation's schema."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid-input"
    detail = "The request does not fit what this operation takes."

    @property
    def title(self) -> str:
        """RFC 9110's name; the standard library still has the older one."""
        return "Unprocessable Content"


class TooManyRequestsError(Problem):
    """Raised when a limit is used up; *retry_after* is in whole seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too-many-requests"
    detail = "Too many requests: try again later."

    def __init__(self, retry_after: int) -> None:
        super().__init__(headers={"Retry-After": str(max(1, retry_after))})


class LoginJailedError(TooManyRequestsError):
    """Raised when an account or an address failed to log in too often."""

    code = "login-jailed"
    detail = "Too many failed logins: try again later."


class UnexpectedError(Problem):
    """Raised for everything unexpected; the log has the traceback."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "unexpected"
    detail = "Something went wrong here. The request id finds it in the log."


class ServiceUnavailableError(Problem):
    """Raised when something this service needs does not answer in time."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "service-unavailable"
    detail = "The service is not ready: try again shortly."

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(headers={"Retry-After": str(max(1, retry_after))})


#: if cookiecutter.oauth == "client"
class ProviderUnavailableError(ServiceUnavailableError):
    """Raised when a log-in provider does not answer in time, or not as it should.

    *reason* is for the log alone.
    """

    code = "provider-unavailable"
    detail = "The provider does not answer: begin the log-in again shortly."

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


#: endif
#: if cookiecutter.oauth == "server"
class OAuthError(Exception):
    """Raised when the token or revocation endpoint refuses a client.

    The answer is an error response of RFC 6749 section 5.2, and no problem document.
    """

    def __init__(self, status: HTTPStatus, body: dict[str, str], headers: dict[str, str]) -> None:
        super().__init__(body.get("error"))
        self.status = status
        self.body = body
        self.headers = headers


#: endif
class NotModified(Exception):  # noqa: N818 - the status is no error (RFC 9110 section 15.4.5).
    """Raised when the caller's copy of a resource, named by *etag*, is current."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag
