"""With which problems an operation can answer follows from its contract."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from app.accounts.schemas import SignUp
from app.errors import (
    PreconditionFailedError,
    ServiceUnavailableError,
    TooManyItemsError,
    UnexpectedError,
    UnknownHostError,
)
from app.openapi.problems import find_problems
from app.operations import UNDECLARED, Operation

PUBLIC = Operation(is_public=True, has_free_query=True)
PROBE = Operation(is_public=True, has_free_query=True, is_probe=True, needs_database=False)


def _statuses(operation: Operation, path: str) -> set[int]:
    return set(find_problems(operation, path))


def test_every_operation_can_fail_and_refuse_a_type():
    assert {406, 415, 500} <= _statuses(PUBLIC, "/health/live")


def test_probes_are_exempt_from_host_and_transport():
    exempt = find_problems(PROBE, "/health/live")
    assert 403 not in exempt
    assert UnknownHostError not in exempt[400]
    assert UnknownHostError in find_problems(PUBLIC, "/openapi.json")[400]


def test_a_view_that_reads_for_itself_refuses_for_itself():
    assert not {406, 415, 422} & _statuses(UNDECLARED, "/things")
    assert {401, 500} <= _statuses(UNDECLARED, "/things")


@pytest.mark.parametrize(
    ("operation", "path", "status"),
    [
        (Operation(body=SignUp), "/", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (Operation(has_free_query=False), "/", HTTPStatus.UNPROCESSABLE_ENTITY),
        (Operation(is_public=False), "/", HTTPStatus.UNAUTHORIZED),
        (Operation(), "/things/{thingId}", HTTPStatus.NOT_FOUND),
    ],
    ids=["body", "query", "token", "path"],
)
def test_a_part_of_the_contract_brings_its_problem(operation, path, status):
    assert status in _statuses(operation, path)
    assert status not in _statuses(PUBLIC, "/openapi.json")


def test_what_the_view_raises_is_added():
    operation = Operation(raises=(TooManyItemsError,), is_conditional=True)
    problems = find_problems(operation, "/")
    assert problems[409] == [TooManyItemsError]
    assert problems[412] == [PreconditionFailedError]


def test_statuses_ascend_and_name_each_problem_once():
    operation = Operation(body=SignUp, raises=(UnexpectedError,))
    problems = find_problems(operation, "/api/v1/x/{y}")
    assert [*problems] == sorted(problems)
    assert problems[500] == [UnexpectedError]


#: if cookiecutter.throttling
def test_throttled_operations_can_be_refused_for_their_frequency():
    assert {429, 503} <= _statuses(PUBLIC, "/openapi.json")
    unthrottled = Operation(is_throttled=False, needs_database=False)
    assert not {429, 503} & _statuses(unthrottled, "/health/live")


#: endif
#: if cookiecutter.security_headers
def test_plain_http_is_a_problem_of_every_operation_but_the_probes():
    assert 403 in _statuses(PUBLIC, "/openapi.json")


#: endif
def test_operations_need_the_database():
    assert 503 in _statuses(PUBLIC, "/openapi.json")


#: if not cookiecutter.throttling
def test_operations_without_the_database_are_not_refused_without_it():
    assert 503 not in _statuses(Operation(needs_database=False), "/openapi.json")


#: endif
def test_what_needs_the_database_says_so_once():
    problems = find_problems(Operation(raises=(ServiceUnavailableError,)), "/api/v1/me")
    assert problems[503] == [ServiceUnavailableError]
