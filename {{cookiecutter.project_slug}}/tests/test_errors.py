"""The tree of problems: a status, a stable code and one sentence each."""

from __future__ import annotations

import re
from http import HTTPStatus
from importlib import import_module

import pytest

from app.accounts.errors import LoginJailedError, WrongCredentialsError
from app.errors import (
    ContentTooLargeError,
    InvalidInputError,
    MethodNotAllowedError,
    NotFoundError,
    NotModified,
    Problem,
    ServiceUnavailableError,
    TooManyRequestsError,
    UnauthorizedError,
    UnsupportedMediaTypeError,
)
from config.environment import PROJECT


def _below(parent: type[Problem]) -> list[type[Problem]]:
    children = parent.__subclasses__()
    return children + [grandchild for child in children for grandchild in _below(child)]


for folder in (PROJECT / "app").glob("*/errors.py"):
    import_module(f"app.{folder.parent.name}.errors")
# Only the app's own: tests define problems, too.
PROBLEMS = [kind for kind in _below(Problem) if kind.__module__.startswith("app.")]


def test_the_tree_is_not_empty():
    assert len(PROBLEMS) > 10


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_problem_has_an_error_status(kind):
    assert isinstance(kind.status, HTTPStatus)
    assert kind.status >= 400


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_problem_has_a_code_in_kebab_case(kind):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_problem_explains_itself_in_a_sentence(kind):
    assert re.fullmatch(r"[A-Z].{10,}\.", kind.detail)


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_class_of_a_problem_ends_in_error_and_says_when_it_is_raised(kind):
    assert kind.__name__.endswith("Error")
    assert kind.__doc__.startswith("Raised ")


def test_codes_are_unique():
    codes = [kind.code for kind in PROBLEMS]
    assert len(set(codes)) == len(codes)


def test_no_two_problems_have_the_same_sentence():
    sentences = [kind.detail for kind in PROBLEMS]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    ("problem", "title"),
    [
        (NotFoundError(), "Not Found"),
        (ContentTooLargeError(), "Content Too Large"),
        (InvalidInputError(), "Unprocessable Content"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_title_is_the_name_of_the_status_in_rfc_9110(problem, title):
    assert problem.title == title


def test_a_missing_token_is_challenged_without_an_error_code():
    problem = UnauthorizedError("nothing sent", is_token_sent=False)
    assert problem.headers == {"WWW-Authenticate": "Bearer"}


def test_a_bad_token_is_challenged_with_the_error_code_of_rfc_6750():
    assert UnauthorizedError("bad").headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def test_wrong_credentials_are_challenged_too():
    assert WrongCredentialsError().headers == {"WWW-Authenticate": "Bearer"}


@pytest.mark.parametrize("kind", [TooManyRequestsError, LoginJailedError, ServiceUnavailableError])
@pytest.mark.parametrize(("seconds", "told"), [(-1, "1"), (0, "1"), (1, "1"), (90, "90")])
def test_retry_after_is_in_whole_seconds_and_never_zero(kind, seconds, told):
    assert kind(seconds).headers == {"Retry-After": told}


def test_a_wrong_method_is_answered_with_the_allowed_ones():
    assert MethodNotAllowedError(("GET", "PUT")).headers == {"Allow": "GET, PUT"}


@pytest.mark.parametrize(
    ("accepted", "headers"),
    [("application/json", {"Accept": "application/json"}), ("", {})],
    ids=["a body is read", "no body is read"],
)
def test_a_wrong_type_is_answered_with_the_accepted_one(accepted, headers):
    assert UnsupportedMediaTypeError(accepted).headers == headers


def test_an_unchanged_resource_is_named_by_its_etag():
    assert NotModified('"3"').etag == '"3"'
