"""Whatever goes wrong is answered with a problem document."""

from __future__ import annotations

import time
from uuid import UUID

import pymongo
import pytest
from flask import abort
from mongoengine import OperationError
from pymongo.errors import (
    AutoReconnect,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
)
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app import hooks
from app.accounts.models import Account
from app.decorators import public
from app.errors import (
    ContentTooLargeError,
    FieldError,
    InvalidInputError,
    NotModified,
    Problem,
    TooManyRequestsError,
)
from tests.fixtures.api import Api
from tests.test_errors import PROBLEMS

MEMBERS = {"type", "title", "status", "detail", "instance", "requestId", "errors"}


@pytest.fixture
def raising(make_app):
    """Return a function that calls a view which raises an error."""
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def call(error, status):
        @public
        def fail():
            raise error

        app.add_url_rule("/raising", "raising", fail)
        return Api(app).get("/raising", status=status)

    return call


def _make(kind: type[Problem]) -> Problem:
    problem = kind.__new__(kind)
    Problem.__init__(problem)
    return problem


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_problem_is_answered_by_its_document(raising, kind):
    problem = _make(kind)
    problem.reason = "for the log"
    answer = raising(problem, kind.status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json == {
        "type": f"/problems/{kind.code}",
        "title": problem.title,
        "status": kind.status,
        "detail": kind.detail,
        "instance": f"urn:uuid:{answer.headers['X-Request-ID']}",
        "requestId": answer.headers["X-Request-ID"],
        "errors": [],
    }


def test_problem_keeps_its_headers(raising):
    assert raising(TooManyRequestsError(30), 429).headers["Retry-After"] == "30"


def test_problem_names_each_mistake(raising):
    mistakes = (FieldError("/a", "One."), FieldError("/b/0", "Two."))
    answer = raising(InvalidInputError(errors=mistakes), 422)
    assert answer.json["errors"] == [
        {"pointer": "/a", "detail": "One."},
        {"pointer": "/b/0", "detail": "Two."},
    ]


def test_unchanged_resource_is_answered_without_body_and_type(raising):
    answer = raising(NotModified('"7"'), 304)
    assert answer.headers["ETag"] == '"7"'
    assert "Content-Type" not in answer.headers
    assert answer.data == b""


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("secret.internal:27017"),
        NotPrimaryError("secret.internal:27017"),
        NetworkTimeout("secret.internal:27017"),
        ServerSelectionTimeoutError("secret.internal:27017"),
        ExecutionTimeout("secret.internal:27017"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_database_that_does_not_answer_is_503(raising, error, caplog):
    answer = raising(error, 503)
    assert answer.headers["Retry-After"] == "5"
    assert "secret.internal" not in answer.text + caplog.text
    assert answer.headers["X-Request-ID"] in caplog.text


def test_a_database_that_does_not_answer_a_document_in_time_is_503_too(raising, app):
    nobody = Account.objects(id=UUID(int=0))
    with app.app_context():
        # Connecting would run out of time first, which is another error.
        nobody.first()
        with pymongo.timeout(0.001):
            time.sleep(0.002)
            with pytest.raises(OperationError) as raised:
                nobody.update(password_hash="")
    assert isinstance(raised.value.__context__, ExecutionTimeout)
    assert raising(raised.value, 503).headers["Retry-After"] == "5"


def test_a_document_that_the_database_refuses_is_500(raising):
    assert raising(OperationError("Could not save document"), 500).json["title"]


@pytest.mark.parametrize(
    "error",
    [OperationFailure("E11000 dup key"), RuntimeError("/srv/app/x.py"), KeyError("x")],
    ids=lambda error: type(error).__name__,
)
def test_an_unexpected_error_is_500_and_says_nothing(raising, error, caplog):
    answer = raising(error, 500)
    assert answer.json["type"] == "/problems/unexpected"
    assert set(answer.json) == MEMBERS
    for telling in ("Traceback", "E11000", "/srv", "RuntimeError", ".py"):
        assert telling not in answer.text
    assert f"request {answer.headers['X-Request-ID']} failed unexpectedly" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("status", "code"),
    [(410, "gone"), (428, "precondition-required"), (451, "unavailable-for-legal-reasons")],
)
def test_exceptions_of_flask_and_extensions_are_problem_documents_too(raising, status, code):
    with pytest.raises(HTTPException) as raised:
        abort(status)
    answer = raising(raised.value, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["type"] == f"/problems/{code}"
    assert answer.json["detail"] == "The request cannot be served."


def test_a_body_that_a_view_itself_finds_too_long_gets_the_problem_of_any_other(raising):
    answer = raising(RequestEntityTooLarge(), 413)
    assert answer.json["type"] == "/problems/content-too-large"
    assert answer.json["detail"] == ContentTooLargeError.detail


def test_headers_of_framework_errors_stay(raising):
    with pytest.raises(HTTPException) as raised:
        abort(405, valid_methods=["GET"])
    assert raising(raised.value, 405).headers["Allow"] == "GET"


def test_an_error_before_the_first_hook_has_an_id_too(app, monkeypatch):
    def fail():
        raise TooManyRequestsError(1)

    monkeypatch.setattr(hooks, "BEFORE_REQUEST", (fail,))
    answer = Api(app).get("/nothing", status=429)
    assert UUID(answer.json["requestId"])
    assert answer.headers["X-Request-ID"] == answer.json["requestId"]


def test_reason_of_a_refused_token_is_logged_and_not_answered(api, caplog):
    caplog.set_level("INFO", logger="app")
    answer = api.get("/api/v1/me", headers={"Authorization": "Basic x"}, status=401)
    assert "another scheme than Bearer" in caplog.text
    assert "another scheme" not in answer.text
