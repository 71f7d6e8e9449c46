"""One hook answers whatever goes wrong with a problem document (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response
from mongoengine import OperationError
from pymongo.errors import ConnectionFailure, PyMongoError
from uuid6 import uuid7
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from app.context import context
from app.errors import (
    ContentTooLargeError,
    NotModified,
    Problem,
    ServiceUnavailableError,
    UnexpectedError,
)
from app.http import PROBLEM_MEDIA_TYPE, without_body
#: if cookiecutter.oauth == "server"
from app.oauth.errors import OAuthError
#: endif

if TYPE_CHECKING:
    from flask import Flask

logger = logging.getLogger(__name__)

# Werkzeug writes these for its HTML pages; the problem document has its own.
_ENTITY_HEADERS = {"content-type", "content-length"}


def register(app: Flask) -> None:
    """Answer the problems of the app, the framework and the database, and everything else."""
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(NotModified, answer_not_modified)
    #: if cookiecutter.oauth == "server"
    app.register_error_handler(OAuthError, answer_oauth_error)
    #: endif
    app.register_error_handler(PyMongoError, answer_database_error)
    app.register_error_handler(OperationError, answer_document_error)
    app.register_error_handler(HTTPException, answer_http_exception)


def answer_problem(problem: Problem) -> Response:
    """Answer a problem that the app has raised."""
    if reason := getattr(problem, "reason", ""):
        logger.info("refused request %s: %s", context.request_id, reason)
    document = describe(problem.status, problem.code, problem.title, problem.detail, _request_id())
    document["errors"] = [
        {"pointer": error.pointer, "detail": error.detail} for error in problem.errors
    ]
    return _respond(document, problem.headers)


def answer_not_modified(found: NotModified) -> Response:
    """Answer 304: the caller's copy is current."""
    return without_body(HTTPStatus.NOT_MODIFIED, {"ETag": found.etag})


#: if cookiecutter.oauth == "server"
def answer_oauth_error(error: OAuthError) -> Response:
    """Answer a client in the words of its own protocol."""
    challenge = {name: text for name, text in error.headers.items() if name == "WWW-Authenticate"}
    return Response(
        orjson.dumps(error.body), error.status, challenge, content_type="application/json"
    )


#: endif
def answer_database_error(error: PyMongoError) -> Response:
    """Answer 503 where MongoDB does not answer in time, and 500 where it refuses."""
    if not (error.timeout or isinstance(error, ConnectionFailure)):
        raise error
    logger.warning("request %s: MongoDB is away: %s", _request_id(), type(error).__name__)
    return answer_problem(ServiceUnavailableError())


def answer_document_error(error: OperationError) -> Response:
    """Answer what mongoengine has wrapped: the driver's error, a time-out too, is its context."""
    if isinstance(error.__context__, PyMongoError):
        return answer_database_error(error.__context__)
    raise error


def answer_http_exception(error: HTTPException) -> Response:
    """Answer what Flask and its extensions raise; their headers stay."""
    if isinstance(error, InternalServerError):
        # Flask has logged the traceback; this line ties it to the answer.
        logger.error("request %s failed unexpectedly", _request_id())
        return answer_problem(UnexpectedError())
    if isinstance(error, RequestEntityTooLarge):
        # The code is made from the phrase, which changed in Python 3.13.
        return answer_problem(ContentTooLargeError())
    original = error.get_response()
    status = HTTPStatus(original.status_code)
    code = status.phrase.lower().replace(" ", "-")
    headers = {
        name: value for name, value in original.headers if name.lower() not in _ENTITY_HEADERS
    }
    detail = "The request cannot be served."
    return _respond(describe(status, code, status.phrase, detail, _request_id()), headers)


def describe(
    status: HTTPStatus, code: str, title: str, detail: str, request_id: str
) -> dict[str, Any]:
    """Return a problem document; nothing in it comes from the request."""
    return {
        "type": f"/problems/{code}",
        "title": title,
        "status": status.value,
        "detail": detail,
        "instance": f"urn:uuid:{request_id}",
        "requestId": request_id,
        "errors": [],
    }


def _request_id() -> str:
    if not context.has_request_id:
        context.request_id = str(uuid7())
    return context.request_id


def _respond(document: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(
        orjson.dumps(document), document["status"], headers, content_type=PROBLEM_MEDIA_TYPE
    )
