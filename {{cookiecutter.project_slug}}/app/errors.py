"""Problems: their base, and those of HTTP itself. A resource has its own in its errors.py.

Services raise them without knowing HTTP; the hook in app/hooks/errors.py answers each as
application/problem+json, with the request id. The stable code is the last part of the problem's
``type`` (RFC 9457).
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


class ForbiddenError(Problem):
    """Raised when the caller is known and may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"
    detail = "This is not allowed."


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


class TooManyItemsError(Problem):
    """Raised when an account has as many of something as it may have."""

    status = HTTPStatus.CONFLICT
    code = "too-many-items"
    detail = "There are as many of these as there may be: delete one first."


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


class NotModified(Exception):  # noqa: N818 - the status is no error (RFC 9110 section 15.4.5).
    """Raised when the caller's copy of a resource, named by *etag*, is current."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag
