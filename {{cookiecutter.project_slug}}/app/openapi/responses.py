"""Answers as the document describes them: the success of an operation and its problems.

Problems stand among the components: most operations share most of them. A body is one schema in
each media type.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

#: if cookiecutter.throttling
from app import errors
#: endif
from app.http import (
    JSON_MEDIA_TYPE,
    PROBLEM_MEDIA_TYPE,
    REQUEST_ID_HEADER,
    #: if cookiecutter.xml
    XML_MEDIA_TYPE,
    #: endif
)
from app.schemas import ProblemOut
#: if cookiecutter.xml
from app.xml.openapi import write_example
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import BaseModel

    from app.errors import Problem
    from app.operations import Doc, Operation


SCHEMA_TEMPLATE = "#/components/schemas/{model}"


def refer_to(kind: str, name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def schema_of(model: type[BaseModel]) -> dict[str, str]:
    """Return a reference to the schema of *model*."""
    return refer_to("schemas", model.__name__)


def describe_content(
    media_types: Iterable[str], schema: type[BaseModel], example: Any
) -> dict[str, Any]:
    """Return the media type objects of what *schema* describes, each with the example."""
    content: dict[str, Any] = {type_: {"schema": schema_of(schema)} for type_ in media_types}
    if example is None:
        # The suite names an operation without one.
        return content
    for media in content.values():
        media["example"] = example
    #: if cookiecutter.xml
    if XML_MEDIA_TYPE in content:
        content[XML_MEDIA_TYPE]["example"] = write_example(schema, example)
    #: endif
    return content


#: if cookiecutter.cors
_SHARED = "Access-Control-Allow-Origin"
#: endif
_REQUEST_ID = "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b"


def _header(description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": description, "schema": schema or {"type": "string"}}


HEADERS: dict[str, dict[str, Any]] = {
    #: if cookiecutter.cors
    _SHARED: _header("The caller's origin, where it is one that may read the answer."),
    #: endif
    "Cache-Control": _header("Who may keep the answer, and for how long."),
    "ETag": _header("Names this state of the resource (RFC 9110 section 8.8.3)."),
    "Location": _header(
        "Where the new resource is.", {"type": "string", "format": "uri-reference"}
    ),
    #: if cookiecutter.throttling
    "RateLimit": _header(
        "What is left of the limit that is nearest, and the seconds until it is whole: "
        '`"default";r=9;t=3` (draft-ietf-httpapi-ratelimit-headers-10). What is refused before '
        "it is counted has none."
    ),
    "RateLimit-Policy": _header(
        'That limit, as requests in a window of seconds: `"default";q=1200;w=60`.'
    ),
    #: endif
    "Retry-After": _header(
        "Seconds until the next try.",
        {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**31 - 1},
    ),
    "WWW-Authenticate": _header("The scheme that is asked for (RFC 6750 section 3)."),
    REQUEST_ID_HEADER: _header(
        "Names the request in the log; a UUID that the client sent is taken over.",
        {"type": "string", "format": "uuid", "maxLength": 36},
    ),
}

#: if cookiecutter.oauth == "server"
_WITHOUT_CONTENT = {HTTPStatus.NO_CONTENT, HTTPStatus.SEE_OTHER}
#: else
_WITHOUT_CONTENT = {HTTPStatus.NO_CONTENT}
#: endif
_OF_STATUS = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}
#: if cookiecutter.throttling
_RATE_LIMIT = ["RateLimit", "RateLimit-Policy"]
# Of what is refused before it is counted.
_UNCOUNTED = {errors.ServiceUnavailableError, errors.UnknownHostError}
#: endif
#: if cookiecutter.throttling and cookiecutter.security_headers
_UNCOUNTED.add(errors.InsecureTransportError)
#: endif


def describe_success(operation: Operation, doc: Doc) -> dict[str, Any]:
    """Return the response object of the operation's one success."""
    names = _names_for_all(operation)
    #: if cookiecutter.oauth == "client"
    if operation.status == HTTPStatus.FOUND:
        names.append("Location")
        return {"description": operation.status.phrase, "headers": _refer(names)}
    #: endif
    # What was accepted and cannot be looked at has no place, and nothing to say.
    is_bare = operation.status == HTTPStatus.ACCEPTED and operation.returns is None
    if operation.status in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED} and not is_bare:
        names.append("Location")
    if _has_etag(operation):
        names.append("ETag")
    success = {"description": operation.status.phrase, "headers": _refer(names)}
    if operation.status not in _WITHOUT_CONTENT and not is_bare:
        success["content"] = _describe_content(operation, doc)
    return success


def describe_not_modified(operation: Operation) -> dict[str, Any]:
    """Return the response object of 304, by its status; nothing where it cannot be answered."""
    is_read = operation.body is None and _has_etag(operation)
    if not (operation.is_cached or (operation.is_conditional and is_read)):
        return {}
    headers = describe_headers(operation, "ETag")
    return {"304": {"description": "The client's copy is current.", "headers": headers}}


def describe_headers(operation: Operation, *further: str) -> dict[str, Any]:
    """Return references to the headers of each answer that the view itself gives."""
    return _refer([*_names_for_all(operation), *further])


def _names_for_all(operation: Operation) -> list[str]:
    # A private answer says that nobody may keep it.
    says_who_keeps_it = operation.is_cached or not operation.is_public
    return [
        REQUEST_ID_HEADER,
        *(["Cache-Control"] if says_who_keeps_it else []),
        #: if cookiecutter.throttling
        *(_RATE_LIMIT if operation.is_throttled else []),
        #: endif
        #: if cookiecutter.cors
        # A page is for the person in front of it: app/hooks/cors.py shares none.
        *([] if "text/html" in operation.gives else [_SHARED]),
        #: endif
    ]


def describe_problems(problems: Sequence[type[Problem]]) -> dict[str, Any]:
    """Return the response object of problems that share a status, with an example of each."""
    status = int(problems[0].status)
    examples = {
        problem.code: {"summary": problem.detail, "value": _example_of(problem)}
        for problem in problems
    }
    names = [REQUEST_ID_HEADER, *_OF_STATUS.get(status, ())]
    #: if cookiecutter.throttling
    names += [] if _UNCOUNTED.issuperset(problems) else _RATE_LIMIT
    #: endif
    #: if cookiecutter.cors
    names.append(_SHARED)
    #: endif
    return {
        "description": " ".join(_explain(problem) for problem in problems),
        "headers": _refer(names),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": schema_of(ProblemOut), "examples": examples}},
    }


def name_problems(problems: Sequence[type[Problem]]) -> str:
    """Return the name of these problems' response among the components."""
    return "Or".join(problem.__name__.removesuffix("Error") for problem in problems)


def _explain(problem: type[Problem]) -> str:
    #: if cookiecutter.security_headers
    if problem.code == "https-required":
        return f"{problem.detail} (In production alone.)"
    #: endif
    return problem.detail


def _has_etag(operation: Operation) -> bool:
    return operation.is_cached or (operation.has_etag and operation.returns is not None)


def _describe_content(operation: Operation, doc: Doc) -> dict[str, Any]:
    if operation.is_raw:
        return {"*/*": {}}
    if operation.returns is None:
        (media_type,) = operation.gives
        kind = "object" if media_type == JSON_MEDIA_TYPE else "string"
        example = {} if doc.answer is None else {"example": doc.answer}
        return {media_type: {"schema": {"type": kind}, **example}}
    return describe_content(operation.gives, operation.returns, doc.answer)


def _example_of(kind: type[Problem]) -> dict[str, Any]:
    # Made without its arguments, which fill headers and not the document.
    problem = kind.__new__(kind)
    example = ProblemOut(
        type=f"/problems/{problem.code}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=f"urn:uuid:{_REQUEST_ID}",
        request_id=UUID(_REQUEST_ID),
        errors=[],
    )
    return example.model_dump(mode="json", by_alias=True)


def _refer(names: Sequence[str]) -> dict[str, Any]:
    return {name: refer_to("headers", name) for name in names}
