"""Described answers are those that the app gives."""

from __future__ import annotations

import pytest

from app import errors
from app.accounts.errors import LoginJailedError
from app.accounts.schemas import AccountOut, ChangeAccount
from app.openapi.responses import (
    describe_not_modified,
    describe_refusal,
    describe_success,
    name_refusal,
)
from app.operations import Doc, Operation

CHANGING = {"instance", "requestId"}


def _without_ids(problem: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in problem.items() if name not in CHANGING}


@pytest.mark.parametrize(
    ("path", "status", "refusal"),
    [
        ("/api/v1/me", 401, errors.UnauthorizedError),
        ("/nowhere", 404, errors.NotFoundError),
    ],
    ids=["401", "404"],
)
def test_example_of_a_refusal_is_what_the_app_answers(api, path, status, refusal):
    answered = api.get(path, status=status)
    content = describe_refusal([refusal])["content"]["application/problem+json"]
    example = content["examples"][refusal.code]["value"]
    assert _without_ids(example) == _without_ids(answered.json)
    assert example.keys() == answered.json.keys()


def test_refusals_that_share_a_status_share_a_response():
    refusals = [errors.TooManyRequestsError, LoginJailedError]
    described = describe_refusal(refusals)
    assert name_refusal(refusals) == "TooManyRequestsOrLoginJailed"
    examples = described["content"]["application/problem+json"]["examples"]
    assert [*examples] == ["too-many-requests", "login-jailed"]
    assert "Retry-After" in described["headers"]


def test_titles_are_those_of_the_standard():
    described = describe_refusal([errors.ContentTooLargeError])
    examples = described["content"]["application/problem+json"]["examples"]
    assert examples["content-too-large"]["value"]["title"] == "Content Too Large"


#: if cookiecutter.security_headers
def test_the_refusal_of_plain_http_says_where_it_happens():
    described = describe_refusal([errors.InsecureTransportError])
    assert described["description"].endswith("(In production alone.)")


#: endif
def test_created_resources_have_a_location():
    described = describe_success(Operation(status=errors.HTTPStatus.CREATED), Doc("Things"))
    assert "Location" in described["headers"]


def test_an_answer_without_content_has_no_content():
    operation = Operation(status=errors.HTTPStatus.NO_CONTENT)
    assert "content" not in describe_success(operation, Doc("Things"))


def test_an_answer_without_schema_names_its_type():
    described = describe_success(Operation(gives=("text/html",)), Doc("Things"))
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
    described = describe_success(operation, Doc("Things", answer="a,b\r\n"))
    expected = {"schema": {"type": "string"}, "example": "a,b\r\n"}
    assert described["content"] == {"text/csv": expected}
    assert "example" not in describe_success(operation, Doc("Things"))["content"]["text/csv"]
