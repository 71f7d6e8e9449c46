"""Conventions: members in camelCase, and timestamps on everything that is stored."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from pydantic.alias_generators import to_snake

from tests.promises.resources import create_each, operations_of, read_document, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymongo.database import Database

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api

MEMBER: Final = re.compile(r"[a-z][a-zA-Z0-9]*")
# RFC 3339 in UTC, with the precision of stored values.
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}(0{3})?)?Z")
SIGNUP: Final = "/api/v1/auth/signup"


def _writes(api: Api, account: Person) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and documented body of every operation, for existing things."""
    document = read_document(api)
    places = {owned.collection: owned.place for owned in create_each(api, account)}
    for method, path, operation in operations_of(document):
        if "requestBody" in operation:
            collection = path.partition("/{")[0]
            place = places[collection] if "{" in path else path
            yield method, place, request_of(operation)["json"]


def _read_moment(text: str) -> datetime:
    assert MOMENT.fullmatch(text), text
    return datetime.fromisoformat(text)


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from _members(child)


@pytest.mark.checklist("conv.camel-case")
def test_a_snake_case_member_of_a_body_is_refused(api, account):
    tried = set()
    for method, path, body in _writes(api, account):
        for name in body:
            if to_snake(name) == name:
                continue
            changed = {**body, to_snake(name): body[name]}
            api.call(method, path, account, json=changed, status=422)
            del changed[name]
            api.call(method, path, account, json=changed, status=422)
            tried.add(name)
    assert {"displayName", "currentPassword", "newPassword"} <= tried


@pytest.mark.checklist("conv.camel-case")
def test_a_snake_case_parameter_of_a_query_is_refused(api, account):
    for method, path, operation in operations_of(read_document(api)):
        names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        for name in names:
            if to_snake(name) != name:
                query = {to_snake(name): "2026-01-31T09:30:12Z"}
                api.call(method, path, account, query_string=query, status=422)


@pytest.mark.checklist("conv.camel-case")
def test_a_problem_points_at_the_member_by_its_own_name(api, account):
    for method, path, body in _writes(api, account):
        for name in body:
            answer = api.call(method, path, account, json={**body, name: [[]]}, status=422)
            pointers = [error["pointer"] for error in answer.json["errors"]]
            assert pointers
            assert all(pointer.startswith(f"/{name}") for pointer in pointers), pointers


@pytest.mark.checklist("conv.camel-case")
def test_every_member_of_an_answer_is_in_camel_case(api, account):
    body = {**account.credentials, "email": "new@example.com", "displayName": "a"}
    answers = [
        api.post(SIGNUP, json=body),
        api.post(SIGNUP, json={}, status=422),
        api.post("/api/v1/auth/login", json=account.credentials, status=200),
        api.get("/api/v1/me", account),
        api.get("/api/v1/me", status=401),
    ]
    shown = [answer.json for answer in answers]
    for owned in create_each(api, account):
        shown += [owned.shown, api.get(owned.collection, account).json]
    names = {name for answer in shown for name in _members(answer)}
    assert {"displayName", "createdAt", "accessToken", "requestId"} <= names
    assert [name for name in names if not MEMBER.fullmatch(name)] == []


@pytest.mark.checklist("conv.timestamps")
def test_created_resources_have_timestamps(api, account):
    body = {**account.credentials, "email": "new@example.com", "displayName": "a"}
    shown = [api.post(SIGNUP, json=body).json]
    shown += [owned.shown for owned in create_each(api, account)]
    for answer in shown:
        assert answer["updatedAt"] == answer["createdAt"]
        age = datetime.now(UTC) - _read_moment(answer["createdAt"])
        assert -1 < age.total_seconds() < 30


@pytest.mark.checklist("conv.timestamps")
def test_a_change_moves_updated_at_alone(api, account):
    me = read_document(api)["paths"]["/api/v1/me"]["patch"]
    made = [owned for owned in create_each(api, account) if "patch" in owned.operations]
    changes = [("/api/v1/me", request_of(me))]
    changes += [(owned.place, owned.request("patch")) for owned in made]
    for place, request in changes:
        before = api.get(place, account).json
        # Longer than the precision of stored values.
        time.sleep(0.005)
        after = api.patch(place, account, **request).json
        assert after["createdAt"] == before["createdAt"]
        assert _read_moment(after["updatedAt"]) > _read_moment(before["updatedAt"])
        assert api.get(place, account).json == after


@pytest.mark.checklist("conv.timestamps")
@pytest.mark.parametrize("name", ["createdAt", "updatedAt"])
def test_clients_cannot_set_timestamps(api, account, name):
    tried = 0
    for method, path, body in _writes(api, account):
        changed = {**body, name: "2026-01-31T09:30:12.104Z"}
        api.call(method, path, account, json=changed, status=422)
        tried += 1
    assert tried >= 4


@pytest.mark.checklist("conv.timestamps")
def test_every_stored_document_has_both_timestamps(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    wrong = {**account.credentials, "password": "not the password"}
    api.post("/api/v1/auth/login", json=wrong, status=401)
    create_each(api, account)
    api.patch("/api/v1/me", account, json={"displayName": "b"})
    stored = {name: [*database[name].find()] for name in database.list_collection_names()}
    assert stored["accounts"]
    assert stored["counters"]
    for name, documents in stored.items():
        for document in documents:
            moments = [document.get("createdAt"), document.get("updatedAt")]
            assert all(isinstance(moment, datetime) for moment in moments), name
            assert moments[0] <= moments[1], name
