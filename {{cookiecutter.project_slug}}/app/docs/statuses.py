"""Which statuses an operation can answer, from its contract: what is enforced is documented."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.decorators.operation import Operation

DESCRIPTIONS = {
    400: "The request is malformed.",
    401: "A valid token is required.",
    403: "This is not allowed.",
    404: "There is nothing here.",
    406: "No acceptable representation is available.",
    409: "The state of the resource is in the way.",
    412: "A precondition does not hold.",
    413: "The body is too large.",
    415: "A body of this type is not accepted here.",
    422: "The request does not fit the schema.",
    429: "Too many requests.",
    500: "Something went wrong here.",
    503: "MongoDB does not answer in time.",
}


def problem_statuses(operation: Operation, path: str, words: dict[str, Any]) -> list[int]:
    """Return every status of a refusal, in ascending order."""
    return sorted({*words.get("problems", []), *_implied(operation, path, words)})


def _implied(operation: Operation, path: str, words: dict[str, Any]) -> Iterator[int]:
    is_probe = path.startswith("/health/")
    yield from (406, 415, 500)
    if not is_probe:
        yield 400
    #: if cookiecutter.security_headers
    if not is_probe:
        yield 403
    #: endif
    if not operation.is_public:
        yield 401
    if path.startswith("/api/"):
        yield 503
    if "{" in path:
        yield 404
    if operation.body is not None:
        yield from (413, 422)
    if not operation.has_free_query:
        yield 422
    if words.get("conditional"):
        yield 412
    #: if cookiecutter.throttling
    if operation.is_throttled:
        yield from (429, 503)
    #: endif


def success_headers(operation: Operation, words: dict[str, Any]) -> dict[str, Any]:
    """Return the headers of a success that carry meaning."""
    headers = {}
    if operation.status == HTTPStatus.CREATED:
        headers["Location"] = _header("Where the new resource is.", "uri-reference")
    if words.get("conditional") and operation.returns is not None:
        headers["ETag"] = _header("Names this state of the resource (RFC 9110 section 8.8.3).")
    return headers


def problem_headers(status: int) -> dict[str, Any]:
    """Return the headers of a refusal that carry meaning."""
    headers = {
        401: {"WWW-Authenticate": _header("The scheme that is asked for.")},
        429: {"Retry-After": _header("Seconds until the next try.")},
        503: {"Retry-After": _header("Seconds until the next try.")},
    }
    return headers.get(status, {})


def _header(description: str, text_format: str | None = None) -> dict[str, Any]:
    schema = {"type": "string"} if text_format is None else {"type": "string", "format": text_format}
    return {"description": description, "schema": schema}
