"""Described answers are those that the app gives."""

from __future__ import annotations

import pytest

from app import errors
from app.accounts.errors import LoginJailedError
from app.accounts.schemas import AccountOut, ChangeAccount
from app.openapi.responses import (
    describe_not_modified,
    describe_problems,
    describe_success,
    name_problems,
)
from app.operations import Doc, Operation, Tag
from tests.fixtures.api import Api

ORIGIN = "https://app.example.com"
# What some problems are sent with.
SOMETIMES = {"Retry-After", "WWW-Authenticate"}
#: if cookiecutter.cors
SOMETIMES |= {"Access-Control-Allow-Origin"}
#: endif
#: if cookiecutter.throttling
SOMETIMES |= {"RateLimit", "RateLimit-Policy"}
#: endif
THINGS = Tag("Things", "Whatever it is.")
CHANGING = {"instance", "requestId"}


def _without_ids(problem: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in problem.items() if name not in CHANGING}


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("/api/v1/me", 401, errors.UnauthorizedError),
        ("/nowhere", 404, errors.NotFoundError),
    ],
    ids=["401", "404"],
)
def test_example_of_a_problem_is_what_the_app_answers(api, path, status, problem):
    answered = api.get(path, status=status)
    content = describe_problems([problem])["content"]["application/problem+json"]
    example = content["examples"][problem.code]["value"]
    assert _without_ids(example) == _without_ids(answered.json)
    assert example.keys() == answered.json.keys()


@pytest.mark.parametrize(
    ("host", "problem"),
    [("localhost", errors.UnauthorizedError), ("elsewhere.example", errors.UnknownHostError)],
    ids=["401", "400"],
)
def test_headers_of_a_problem_are_those_that_the_app_sends(make_app, host, problem):
    settings = {}
    #: if cookiecutter.cors
    settings["CORS_ORIGINS"] = (ORIGIN,)
    #: endif
    headers = {"Host": host, "Origin": ORIGIN}
    answered = Api(make_app(**settings)).get("/api/v1/me", headers=headers, status=problem.status)
    described = describe_problems([problem])["headers"]
    assert SOMETIMES & {*described} == SOMETIMES & {*answered.headers.keys()}


def test_problems_that_share_a_status_share_a_response():
    problems = [errors.TooManyRequestsError, LoginJailedError]
    described = describe_problems(problems)
    assert name_problems(problems) == "TooManyRequestsOrLoginJailed"
    examples = described["content"]["application/problem+json"]["examples"]
    assert [*examples] == ["too-many-requests", "login-jailed"]
    assert "Retry-After" in described["headers"]


def test_titles_are_those_of_the_standard():
    described = describe_problems([errors.ContentTooLargeError])
    examples = described["content"]["application/problem+json"]["examples"]
    assert examples["content-too-large"]["value"]["title"] == "Content Too Large"


#: if cookiecutter.security_headers
def test_the_problem_of_plain_http_says_where_it_happens():
    described = describe_problems([errors.InsecureTransportError])
    assert described["description"].endswith("(In production alone.)")


#: endif
def test_created_resources_have_a_location():
    described = describe_success(Operation(status=errors.HTTPStatus.CREATED), Doc(THINGS))
    assert "Location" in described["headers"]


def test_an_answer_without_content_has_no_content():
    operation = Operation(status=errors.HTTPStatus.NO_CONTENT)
    assert "content" not in describe_success(operation, Doc(THINGS))


def test_an_answer_without_schema_names_its_type():
    described = describe_success(Operation(gives=("text/html",)), Doc(THINGS))
    assert described["content"] == {"text/html": {"schema": {"type": "string"}}}


@pytest.mark.parametrize(
    ("operation", "is_there"),
    [
        (Operation(returns=AccountOut, is_conditional=True, has_etag=True), True),
        (Operation(returns=AccountOut, has_etag=True), False),
        (
            Operation(returns=AccountOut, is_conditional=True, has_etag=True, body=ChangeAccount),
            False,
        ),
        (Operation(is_conditional=True, has_etag=True), False),
        (Operation(is_cached=True), True),
    ],
    ids=["read", "unconditional", "write", "delete", "file"],
)
def test_only_conditional_reads_answer_not_modified(operation, is_there):
    assert ("304" in describe_not_modified(operation)) is is_there


def test_an_answer_that_is_no_json_is_a_text_with_its_example():
    operation = Operation(gives=("text/csv",), is_stream=True)
    described = describe_success(operation, Doc(THINGS, answer="a,b\r\n"))
    expected = {"schema": {"type": "string"}, "example": "a,b\r\n"}
    assert described["content"] == {"text/csv": expected}
    assert "example" not in describe_success(operation, Doc(THINGS))["content"]["text/csv"]
