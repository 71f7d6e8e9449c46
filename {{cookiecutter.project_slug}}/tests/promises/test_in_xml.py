"""Input and output: everything that works in JSON works in XML in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.fixtures.accounts import CANARY
from tests.fixtures.members import members_of, replaced
from tests.fixtures.operations import each
from tests.fixtures.xml import XML, body_in_xml, schema_of, send, takes_xml

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.attacks import Attack
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation
    from tests.fixtures.xml import Dialect

SIGNUP: Final = "/api/v1/auth/signup"
BOTH: Final = {"Accept": XML, "Content-Type": XML}


def is_read_in_xml(operation: Operation) -> bool:
    """Tell whether the operation only reads, in XML too."""
    return operation.method == "GET" and XML in operation.media_types and has_schema(operation)


def has_schema(operation: Operation) -> bool:
    """Tell whether a success is described in XML."""
    return XML in operation.responses[str(operation.success)].get("content", {})


@pytest.mark.checklist("output.content-type")
@each(is_read_in_xml)
def test_every_answer_has_the_same_content_in_xml_as_in_json(
    world: World, operation: Operation, example: Example, dialect: Dialect
) -> None:
    in_json = world.api.client.open(**example.request())
    headers = {**example.headers, "Accept": XML}
    answer = world.api.client.open(**example.request(headers=headers))
    assert in_json.status_code == answer.status_code == example.success
    if example.is_there:
        assert answer.headers.getlist("Content-Type") == [XML]
        content = operation.responses[str(operation.success)]["content"]
        assert dialect.read(answer.data, schema_of(content)) == in_json.json


@pytest.mark.checklist("input.content-type", "input.accept")
@each(takes_xml)
def test_every_body_is_taken_in_xml(
    world: World, operation: Operation, example: Example, dialect: Dialect
) -> None:
    data = body_in_xml(operation, dialect, example.body)
    request = example.request(data=data, content_type=XML)
    request["headers"]["Accept"] = XML
    answer = world.api.client.open(**request)
    assert answer.status_code == example.success, answer.text
    if example.is_there and has_schema(operation):
        content = operation.responses[str(operation.success)]["content"]
        told = dialect.read(answer.data, schema_of(content))
        # What was sent is answered.
        sent = {name: value for name, value in example.body.items() if name in told}
        assert {name: told[name] for name in sent} == sent


@pytest.mark.checklist("input.content-type")
@each(takes_xml)
def test_mistakes_are_pointed_at_as_in_json(
    attack: Attack, operation: Operation, example: Example, dialect: Dialect
) -> None:
    """In XML a number is a text, so null, a list, an object and an empty value are tried."""
    for member in members_of(operation, example.body):
        for value in (None, [CANARY], {CANARY: CANARY}, f"{CANARY}\0", CANARY * 2000):
            if member.takes(value) or not member.name:
                continue
            body = body_in_xml(operation, dialect, replaced(example.body, member.place, value))
            answer = send(attack, example, body, status=422, what=(value, member.pointer))
            assert answer.json["errors"][0]["pointer"].startswith(member.pointer)
    body = body_in_xml(operation, dialect, {**example.body, CANARY: CANARY})
    answer = send(attack, example, body, status=422, what="an unknown member")
    assert answer.json["errors"][0]["pointer"] == ""
    assert "known are" in answer.json["errors"][0]["detail"]


@pytest.mark.checklist("input.content-type")
@each(takes_xml)
def test_a_body_in_another_encoding_is_refused(
    attack: Attack, operation: Operation, example: Example, dialect: Dialect
) -> None:
    body = body_in_xml(operation, dialect, example.body).decode()
    ascii_body = body.encode("ascii", "xmlcharrefreplace").decode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"):
        for declaration in ("", f'<?xml version="1.0" encoding="{encoding}"?>'):
            coded = (declaration + ascii_body).encode(encoding)
            send(attack, example, coded, status=400, what=(encoding, declaration))


@pytest.mark.checklist("output.content-type")
def test_problems_are_json_whatever_is_accepted(api: Api, account: Person) -> None:
    problems = [
        api.get("/api/v1/me", headers={"Accept": XML}, status=401),
        api.get("/api/v1/me/nothing", account, headers={"Accept": XML}, status=404),
        api.post(SIGNUP, data=b"<", headers=BOTH, status=400),
        api.post(SIGNUP, data=b"<signUp/>", headers=BOTH, status=422),
        api.post(SIGNUP, data=b"x" * 70_000, headers=BOTH, status=413),
    ]
    for problem in problems:
        assert problem.content_type == "application/problem+json"


@pytest.mark.checklist("output.content-type", "input.accept")
@each(lambda operation: operation.path.startswith(("/openapi.json", "/.well-known/")))
def test_documents_of_a_standard_are_json_only(api: Api, operation: Operation) -> None:
    assert operation.media_types == ["application/json"]
    api.get(operation.path, headers={"Accept": XML}, status=406)
