"""Input and output: everything that works in JSON works in XML in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fixtures.accounts import CANARY
from tests.fixtures.api import Api
from tests.fixtures.xml import XML, body_in_xml, schema_of, send
from tests.promises.resources import create_each

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.attacks import Attack
    from tests.fixtures.operations import Operation
    from tests.fixtures.xml import Dialect

NOTES: Final = "/api/v1/me/notes"
BOTH: Final = {"Accept": XML, "Content-Type": XML}
# Members that differ from one answer to the next.
CHANGING: Final = {"id", "createdAt", "updatedAt", "accessToken", "refreshToken"}

# Texts that XML cannot hold completely, or that a parser would change.
TEXTS: Final = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_characters="\0"),
        st.sampled_from("\r\n\t &<>]\"'\x01\x1f\x7f\x85\u2028\ufeff\ufffe\uffff김\U0001f680"),
    ),
    max_size=100,
)
LINES: Final = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40
)


def lasting(document: Any) -> Any:
    """Return the members that do not differ from one answer to the next."""
    return {name: value for name, value in document.items() if name not in CHANGING}


@pytest.mark.checklist("output.content-type")
def test_every_answer_has_the_same_content_in_xml_as_in_json(
    api: Api, account: Person, operations: list[Operation], dialect: Dialect
) -> None:
    made = {owned.collection: owned.place for owned in create_each(api, account)}
    tried = 0
    for operation in operations:
        content = operation.details["responses"].get("200", {}).get("content", {})
        collection, _, is_item = operation.path.partition("/{")
        if operation.method != "GET" or XML not in content:
            continue
        if is_item and collection not in made:
            continue
        path = made[collection] if is_item else operation.path
        in_json = api.get(path, account).json
        answer = api.get(path, account, headers={"Accept": XML})
        assert answer.headers.getlist("Content-Type") == [XML], operation
        assert dialect.read(answer.data, schema_of(content)) == in_json, operation
        tried += 1
    assert tried >= 4


@pytest.mark.checklist("input.content-type", "input.accept")
def test_every_body_is_taken_in_xml_as_in_json(
    unhurried_app: Flask,
    writes: list[Operation],
    make_caller: MakeAccount,
    dialect: Dialect,
) -> None:
    api = Api(unhurried_app)
    for operation in writes:
        if "{" in operation.path or XML not in operation.details["requestBody"]["content"]:
            continue
        content = operation.details["responses"][str(operation.success)].get("content")
        told = []
        for is_xml in (False, True):
            caller = make_caller()
            body = operation.body_of(caller)
            request: dict[str, Any] = {"json": body, "headers": operation.headers_of(caller)}
            if is_xml:
                data = body_in_xml(operation, dialect, body)
                request = {"data": data, "headers": {**request["headers"], **BOTH}}
            answer = api.call(operation.method, operation.url, status=operation.success, **request)
            if content:
                is_read = dialect.read(answer.data, schema_of(content)) if is_xml else answer.json
                # Sent values are returned; values that are new each time have the same names.
                told.append({name: name in body and value for name, value in is_read.items()})
            if operation.details["operationId"] == "signUp":
                # One e-mail, one account.
                api.delete("/api/v1/me", headers=log_in(api, body), status=204)
        assert told[:1] == told[1:], operation


def log_in(api: Api, credentials: dict[str, str]) -> dict[str, str]:
    """Return the header of a new session."""
    body = {name: credentials[name] for name in ("email", "password")}
    pair = api.post("/api/v1/auth/login", json=body, status=200).json
    return {"Authorization": f"Bearer {pair['accessToken']}"}


@pytest.mark.checklist("input.content-type")
def test_mistakes_are_pointed_at_as_in_json(
    attack: Attack, writes: list[Operation], dialect: Dialect
) -> None:
    """In XML a number is a text, so null, a list, an object and an empty value are tried."""
    for operation in writes:
        example = operation.body_of(attack.caller)
        for name in example:
            for value in (None, [CANARY], {CANARY: CANARY}, f"{CANARY}\0", CANARY * 2000):
                body = body_in_xml(operation, dialect, {**example, name: value})
                answer = send(attack, operation, body, status=422, what=(name, value))
                assert answer.json["errors"][0]["pointer"] == f"/{name}", (name, operation)
        body = body_in_xml(operation, dialect, {**example, CANARY: CANARY})
        answer = send(attack, operation, body, status=422, what="an unknown member")
        assert answer.json["errors"][0]["pointer"] == "", operation
        assert "known are" in answer.json["errors"][0]["detail"], operation


@pytest.mark.checklist("input.content-type")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
def test_a_body_in_another_encoding_is_refused(
    attack: Attack, writes: list[Operation], dialect: Dialect, encoding: str
) -> None:
    for operation in writes:
        body = body_in_xml(operation, dialect, operation.body_of(attack.caller)).decode()
        ascii_body = body.encode("ascii", "xmlcharrefreplace").decode()
        for declaration in ("", f'<?xml version="1.0" encoding="{encoding}"?>'):
            coded = (declaration + ascii_body).encode(encoding)
            send(attack, operation, coded, status=400, what=declaration)


@pytest.mark.checklist("output.content-type")
def test_problems_are_json_whatever_is_accepted(api: Api, account: Person) -> None:
    problems = [
        api.get("/api/v1/me", headers={"Accept": XML}, status=401),
        api.get(f"{NOTES}/nothing", account, headers={"Accept": XML}, status=404),
        api.post(NOTES, account, data=b"<", headers=BOTH, status=400),
        api.post(NOTES, account, data=b"<writeNote/>", headers=BOTH, status=422),
        api.post(NOTES, account, data=b"x" * 70_000, headers=BOTH, status=413),
    ]
    for problem in problems:
        assert problem.content_type == "application/problem+json"


@pytest.mark.checklist("output.content-type", "input.accept")
def test_documents_of_a_standard_are_json_only(api: Api, operations: list[Operation]) -> None:
    fixed = [each for each in operations if each.path == "/openapi.json"]
    fixed += [each for each in operations if each.path.startswith("/.well-known/")]
    for operation in fixed:
        assert operation.media_types == ["application/json"]
        api.get(operation.path, headers={"Accept": XML}, status=406)


@pytest.mark.checklist("input.content-type")
def test_a_change_in_xml_leaves_alone_what_it_does_not_name(api: Api, account: Person) -> None:
    place = api.post(NOTES, account, json={"title": "a", "body": "b"}).headers["Location"]
    api.patch(place, account, data=b"<changeNote><body/></changeNote>", headers=BOTH)
    assert api.get(place, account).json["body"] == ""
    api.patch(place, account, data=b"<changeNote><title>c</title></changeNote>", headers=BOTH)
    changed = api.get(place, account).json
    assert (changed["title"], changed["body"]) == ("c", "")
    api.patch(place, account, data=b"<changeNote/>", headers=BOTH, status=422)
    for element in (b"title", b"body"):
        nil = b'<%b xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>' % element
        body = b"<changeNote>" + nil + b"</changeNote>"
        api.patch(place, account, data=body, headers=BOTH, status=422)
    assert lasting(api.get(place, account).json) == lasting(changed)


@pytest.mark.checklist("output.content-type")
def test_a_copy_in_one_representation_is_not_current_in_the_other(
    api: Api, account: Person
) -> None:
    made = api.post(NOTES, account, json={"title": "a", "body": "b"})
    place, etag = made.headers["Location"], made.headers["ETag"]
    in_xml = api.get(place, account, headers={"Accept": XML}).headers["ETag"]
    assert in_xml != etag
    for accepted, known, status in (
        (XML, etag, 200),
        (XML, in_xml, 304),
        ("application/json", in_xml, 200),
        ("application/json", etag, 304),
    ):
        headers = {"Accept": accepted, "If-None-Match": known}
        answer = api.get(place, account, headers=headers, status=status)
        assert "Accept" in answer.vary
    changed = api.patch(place, account, json={"title": "c"}, headers={"If-Match": in_xml})
    for stale in (etag, in_xml):
        body = {"title": "d"}
        api.patch(place, account, json=body, headers={"If-Match": stale}, status=412)
    assert api.get(place, account).headers["ETag"] == changed.headers["ETag"]


@pytest.mark.checklist("output.content-type", "input.content-type")
def test_a_text_is_returned_unchanged_in_both_formats(
    api: Api, account: Person, operations: list[Operation], dialect: Dialect
) -> None:
    (write,) = (each for each in operations if each.details["operationId"] == "createNote")
    schema = schema_of(write.details["responses"]["201"]["content"])

    @settings(
        max_examples=30,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(title=LINES, body=TEXTS)
    def pass_on(title: str, body: str) -> None:
        note = {"title": title, "body": body}
        data = body_in_xml(write, dialect, note)
        made = api.post(NOTES, account, data=data, headers=BOTH)
        place = made.headers["Location"]
        assert lasting(dialect.read(made.data, schema)) == note
        assert lasting(api.get(place, account).json) == note
        again = api.put(place, account, json=note, headers={"Accept": XML})
        assert lasting(dialect.read(again.data, schema)) == note

    pass_on()
