"""Which problems an operation can answer with, from its contract: what is enforced is documented.

The order is that of app/hooks/__init__.py. A hook that raises another problem gets a line here;
the suite compares what was answered with what is documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import errors
#: if cookiecutter.oauth == "server"
from app.oauth.errors import InsufficientScopeError
#: endif
#: if cookiecutter.second_factor
from app.second_factor.errors import SecondFactorMissingError
#: endif
#: if cookiecutter.oauth == "server"
from app.tokens.claims import TokenType
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.errors import Problem
    from app.operations import Operation


def find_problems(operation: Operation, path: str) -> dict[int, list[type[Problem]]]:
    """Return the problems of an operation by status, in ascending order."""
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in (*_by_hooks(operation, path), *_by_view(operation)):
        others = by_status.setdefault(int(problem.status), [])
        if problem not in others:
            others.append(problem)
    return dict(sorted(by_status.items()))


def _by_hooks(operation: Operation, path: str) -> Iterator[type[Problem]]:
    if not operation.is_probe:
        yield errors.UnknownHostError
        #: if cookiecutter.security_headers
        yield errors.InsecureTransportError
        #: endif
    if operation.needs_database:
        yield errors.ServiceUnavailableError
    #: if cookiecutter.throttling
    if operation.is_throttled:
        # Hits are counted in MongoDB, by default: without it nothing is admitted.
        yield from (errors.TooManyRequestsError, errors.ServiceUnavailableError)
    #: endif
    if not operation.is_public:
        yield from _by_authentication(operation)
    if "{" in path:
        yield errors.NotFoundError
    if not operation.is_raw:
        yield from _by_content(operation)


def _by_content(operation: Operation) -> Iterator[type[Problem]]:
    yield from (errors.NotAcceptableError, errors.UnsupportedMediaTypeError)
    # Of a body that nobody wants the beginning is read, too.
    yield errors.MalformedRequestError
    if not operation.has_free_query:
        yield errors.InvalidInputError
    #: if cookiecutter.oauth == "server"
    if operation.form is not None:
        yield errors.ContentTooLargeError
    #: endif
    if operation.body is not None:
        yield errors.ContentTooLargeError
        yield errors.InvalidInputError


def _by_authentication(operation: Operation) -> Iterator[type[Problem]]:
    yield errors.UnauthorizedError
    if operation.needs_fresh_login:
        yield errors.StaleLoginError
    if operation.role is not None:
        yield errors.ForbiddenError
        #: if cookiecutter.second_factor
        yield SecondFactorMissingError
        #: endif
    #: if cookiecutter.oauth == "server"
    if operation.token_type is TokenType.ACCESS:
        yield InsufficientScopeError
    #: endif


def _by_view(operation: Operation) -> Iterator[type[Problem]]:
    yield from operation.raises
    if operation.is_conditional:
        yield errors.PreconditionFailedError
    yield errors.UnexpectedError
