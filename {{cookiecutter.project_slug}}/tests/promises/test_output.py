"""Output: types, statuses and members of answers, and secrets that they never contain."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fixtures.operations import (
    each,
    find_document,
    find_operations,
    is_protected,
    is_read,
)
from tests.promises.resources import answers_json, members_answered
from tests.promises.statuses import REQUESTS, collect_answers, make_probed_app

if TYPE_CHECKING:
    from pymongo.database import Database
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import Person
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation

PROBLEM: Final = "application/problem+json"
LOGIN: Final = "/api/v1/auth/login"
REFRESH: Final = "/api/v1/auth/refresh"
#: if cookiecutter.oauth == "client"
CALLBACK: Final = "/api/v1/auth/oauth/{provider}/callback"
#: endif

# Headers that a status requires (RFC 9110 section 15), with the form of their values.
COMPANIONS: Final = {
    #: if not cookiecutter.mail
    201: ("Location", r"/api/v1/[\w/-]+"),
    #: endif
    #: if cookiecutter.task_queue
    202: ("Location", r"/api/v1/[\w/-]+"),
    #: endif
    304: ("ETag", r'(W/)?"[^"]+"'),
    308: ("Location", r"/[\w/]+"),
    401: ("WWW-Authenticate", r"Bearer.*"),
    405: ("Allow", r"[A-Z]+(, [A-Z]+)*"),
    415: ("Accept", r"application/json{{ ', application/xml' if cookiecutter.xml else '' }}"),
    429: ("Retry-After", r"[1-9]\d*"),
    503: ("Retry-After", r"[1-9]\d*"),
}
SECRET: Final = re.compile(r"(?i)password|secret|hash|credential|private")


@pytest.fixture
def answers(make_app, account) -> dict[str, TestResponse]:
    """Return an answer of each status."""
    return collect_answers(make_probed_app(make_app), account)


def _schemas_of(document: dict[str, Any], value: Any) -> set[str]:
    """Return the names of the schemas in a part of the document, at any depth."""
    found: set[str] = set()
    names = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(value))
    while names:
        name = names.pop()
        if name not in found:
            found.add(name)
            part = json.dumps(document["components"]["schemas"][name])
            names += re.findall(r'"#/components/schemas/(\w+)"', part)
    return found


def _answered(document: dict[str, Any]) -> set[str]:
    """Return the names of the schemas of answers."""
    responses = [operation.responses for operation in find_operations()]
    return _schemas_of(document, [*responses, document["components"]["responses"]])


def _answers_tokens(operation: Operation) -> bool:
    """Tell whether a token is among the members of an answer, at any depth."""
    schemas = find_document()["components"]["schemas"]
    return any(
        re.search("(?i)token$", member)
        for schema in _schemas_of(find_document(), operation.responses)
        for member in schemas[schema].get("properties", {})
    )


def _comparable(answer: TestResponse) -> list[tuple[str, str]]:
    """Return the headers without those that differ from one answer to the next."""
    lines = [(name, re.sub(r"nonce-[\w-]+", "nonce", text)) for name, text in answer.headers]
    #: if cookiecutter.throttling
    # The rest of a limit changes each time.
    lines = [line for line in lines if line[0] != "RateLimit"]
    #: endif
    return sorted(lines)


@pytest.mark.checklist("output.content-type")
@each(is_read)
def test_head_is_answered_like_get_without_the_body(world: World, example: Example) -> None:
    headers = {**example.headers, "X-Request-ID": "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b"}
    got = world.api.client.open(**example.request(headers=headers))
    head = world.api.client.open(**example.request(headers=headers, method="HEAD"))
    assert got.status_code == head.status_code == example.success
    assert head.data == b""
    assert _comparable(head) == _comparable(got)
    # What is sent in parts has no length beforehand.
    if "Content-Length" in got.headers:
        assert got.headers["Content-Length"] == str(len(got.data))


@pytest.mark.checklist("output.content-type")
def test_answers_without_content_have_neither_body_nor_type(answers):
    for name, answer in answers.items():
        if answer.status_code in {204, 304, 308}:
            assert answer.data == b"", name
            assert "Content-Type" not in answer.headers, name


@pytest.mark.checklist("output.content-type")
def test_every_body_is_json_of_the_type_that_belongs_to_its_status(answers):
    #: if cookiecutter.api_docs != "none"
    del answers["the docs page"]
    #: endif
    bodies = {name: answer for name, answer in answers.items() if answer.data}
    assert len(bodies) > 10
    for name, answer in bodies.items():
        wanted = PROBLEM if answer.status_code >= 400 else "application/json"
        assert answer.headers.getlist("Content-Type") == [wanted], name
        assert isinstance(json.loads(answer.data.decode()), dict), name


@pytest.mark.checklist("output.content-type")
@pytest.mark.parametrize("accepted", ["*/*", "application/*", "text/html, */*;q=0.1"])
def test_the_client_does_not_choose_the_type(api, account, accepted):
    answer = api.get("/api/v1/me", account, headers={"Accept": accepted})
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.checklist("output.status")
def test_every_status_is_the_one_that_fits(answers):
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == {name: request.status for name, request in REQUESTS.items()}


@pytest.mark.checklist("output.status")
def test_each_status_has_the_header_that_belongs_to_it(answers):
    assert COMPANIONS.keys() <= {answer.status_code for answer in answers.values()}
    for name, answer in answers.items():
        #: if cookiecutter.mail
        if name == "202 to anybody":
            assert "Location" not in answer.headers
            continue
        #: endif
        if answer.status_code in COMPANIONS:
            header, pattern = COMPANIONS[answer.status_code]
            assert re.fullmatch(pattern, answer.headers.get(header, "")), (name, header)


@pytest.mark.checklist("output.status")
def test_a_problem_document_names_the_status_that_it_came_with(answers):
    for name, answer in answers.items():
        is_problem = answer.mimetype == PROBLEM
        assert is_problem == (answer.status_code >= 400), name
        if is_problem and answer.data:
            assert answer.json["status"] == answer.status_code, name
            assert re.fullmatch(r"/problems/[a-z-]+", answer.json["type"]), name


@pytest.mark.checklist("output.no-secrets")
def test_secret_members_are_written_and_never_read(document):
    schemas = document["components"]["schemas"]
    secret = {
        (schema, member)
        for schema, content in schemas.items()
        for member in content.get("properties", {})
        if SECRET.search(member)
    }
    assert len(secret) >= 3
    for schema, member in secret:
        described = schemas[schema]["properties"][member]
        assert described.get("writeOnly") is True, (schema, member)
        assert described.get("format") == "password", (schema, member)
    assert not {schema for schema, _ in secret} & _answered(document)


@pytest.mark.checklist("output.no-secrets")
@each(_answers_tokens)
def test_tokens_are_answered_where_somebody_logs_in_alone(operation: Operation) -> None:
    #: if cookiecutter.oauth == "client"
    if operation.path == CALLBACK:
        return
    #: endif
    assert operation.path in {
        LOGIN,
        REFRESH,
        "/api/v1/me/password",
        #: if cookiecutter.second_factor
        "/api/v1/me/second-factor/confirm",
        #: endif
    }


@pytest.mark.checklist("output.no-secrets")
def test_answers_with_tokens_are_cached_by_nobody(api, account):
    answers = [
        api.post(LOGIN, json=account.credentials, status=200),
        api.post(REFRESH, headers=account.refresh_headers, status=200),
    ]
    for answer in answers:
        assert {"accessToken", "refreshToken"} <= json.loads(answer.data).keys()
        assert answer.headers.getlist("Cache-Control") == ["no-store"]


@pytest.mark.checklist("output.no-secrets")
@each(is_protected)
def test_private_answers_are_cached_by_nobody(world: World, operation: Operation) -> None:
    answer = world.make(operation)
    assert answer.headers.getlist("Cache-Control") == ["no-store"]


@pytest.mark.checklist("output.no-secrets")
@each(answers_json)
def test_an_answer_has_the_members_of_its_schema_and_no_others(
    world: World, operation: Operation
) -> None:
    answer = world.make(operation)
    if answer.status_code == operation.success:
        assert json.loads(answer.data).keys() == members_answered(operation)


@pytest.mark.checklist("output.no-secrets")
def test_no_status_comes_with_a_password_or_its_hash(
    answers: dict[str, TestResponse], account: Person, database: Database[dict[str, Any]]
) -> None:
    secrets = [record["passwordHash"] for record in database["accounts"].find()]
    secrets += [account.password, account.access_token, account.refresh_token]
    sent = [request.sent.get("json", {}) for request in REQUESTS.values()]
    secrets += [body["password"] for body in sent if "password" in body]
    for name, answer in answers.items():
        told = f"{answer.headers}{answer.text}"
        assert not [secret for secret in secrets if secret in told], name


@pytest.mark.checklist("output.no-secrets")
@pytest.mark.parametrize("password", ["xyzzy", ["xyzzy plugh"], {"xyzzy": 1}, "xyzzy\0plugh"])
def test_a_refused_password_is_not_repeated(api, password):
    body = {"email": "a@example.com", "password": password, "displayName": "a"}
    answer = api.client.post("/api/v1/auth/signup", json=body)
    assert answer.status_code >= 400
    assert "xyzzy" not in answer.text
