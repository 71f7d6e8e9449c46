"""Conventions: members in camelCase, and timestamps on everything that is stored."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from pydantic.alias_generators import to_snake

from tests.fixtures.database import read_all
from tests.fixtures.members import documented_members, members_of, objects_of, replaced, resolve
from tests.fixtures.operations import each, takes_json
from tests.promises.answers import MEMBER, STANDARD_NAMES
from tests.promises.resources import answers_json, find_at, is_making, shows_timestamps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymongo.database import Database
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation

# RFC 3339 in UTC, with the precision of stored values.
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}(0{3})?)?Z")


def has_long_names(operation: Operation) -> bool:
    """Tell whether a member of the body has a name of several words."""
    return any(to_snake(member.name) != member.name for member in documented_members(operation))


def parameters_of(operation: Operation) -> list[str]:
    """Return the parameters of a query that have a name of several words."""
    taken = operation.details.get("parameters", ())
    names = [each["name"] for each in taken if each["in"] == "query"]
    return [name for name in names if to_snake(name) != name]


def has_own_names(operation: Operation) -> bool:
    """Tell whether the members of an answer are named by this API, and by no standard."""
    return answers_json(operation) and not operation.path.startswith(STANDARD_NAMES)


def changes_what_it_shows(operation: Operation) -> bool:
    """Tell whether the operation changes what can be read at the same path."""
    is_change = operation.method in {"PUT", "PATCH"} and shows_timestamps(operation)
    return is_change and find_at(operation.path, "GET") is not None


def stores(operation: Operation) -> bool:
    """Tell whether the operation may store something."""
    return operation.method != "GET"


def refuse(world: World, example: Example, body: Any) -> TestResponse:
    """Send a body that has to be refused, and return the problem."""
    request = example.request(data=json.dumps(body))
    answer = world.api.client.open(**request)
    assert answer.status_code == 422, (body, answer.text)
    return answer


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
@each(has_long_names)
def test_a_snake_case_member_of_a_body_is_refused(
    world: World, operation: Operation, example: Example
) -> None:
    for member in members_of(operation, example.body):
        snake = to_snake(member.name)
        if snake != member.name:
            holder = member.place[:-1]
            both = replaced(example.body, (*holder, snake), member.value)
            refuse(world, example, both)
            alone = json.loads(json.dumps(both))
            inner = alone
            for part in holder:
                inner = inner[part]
            del inner[member.name]
            refuse(world, example, alone)


@pytest.mark.checklist("conv.camel-case")
@each(lambda operation: parameters_of(operation) != [])
def test_a_snake_case_parameter_of_a_query_is_refused(
    world: World, operation: Operation, example: Example
) -> None:
    for name in parameters_of(operation):
        query = {to_snake(name): "2026-01-31T09:30:12Z"}
        answer = world.api.client.open(**example.request(query_string=query))
        assert answer.status_code == 422, name


@pytest.mark.checklist("conv.camel-case")
@each(takes_json)
def test_a_problem_points_at_the_member_by_its_own_name(
    world: World, operation: Operation, example: Example
) -> None:
    for member in members_of(operation, example.body):
        if member.takes([[]]):
            continue
        problem = refuse(world, example, replaced(example.body, member.place, [[]])).json
        pointers = [error["pointer"] for error in problem["errors"]]
        assert pointers
        assert all(pointer.startswith(member.pointer) for pointer in pointers), pointers


@pytest.mark.checklist("conv.camel-case")
@each(has_own_names)
def test_every_member_of_an_answer_is_in_camel_case(world: World, operation: Operation) -> None:
    names = [*_members(world.make(operation).json)]
    assert names
    assert [name for name in names if not MEMBER.fullmatch(name)] == []


@pytest.mark.checklist("conv.timestamps")
@each(is_making, shows_timestamps)
def test_created_resources_have_timestamps(world: World, operation: Operation) -> None:
    shown = world.make(operation).json
    assert shown["updatedAt"] == shown["createdAt"]
    age = datetime.now(UTC) - _read_moment(shown["createdAt"])
    assert -1 < age.total_seconds() < 30


@pytest.mark.checklist("conv.timestamps")
@each(changes_what_it_shows)
def test_a_change_moves_updated_at_alone(world: World, example: Example) -> None:
    before = world.api.get(example.path, example.caller).json
    # Longer than the precision of stored values.
    time.sleep(0.005)
    answer = world.api.client.open(**example.request())
    assert answer.status_code == example.success, answer.text
    after = answer.json
    assert after["createdAt"] == before["createdAt"]
    assert _read_moment(after["updatedAt"]) > _read_moment(before["updatedAt"])
    assert world.api.get(example.path, example.caller).json == after


@pytest.mark.checklist("conv.timestamps")
@each(takes_json)
def test_clients_cannot_set_timestamps(
    world: World, operation: Operation, example: Example
) -> None:
    for holder in objects_of(operation, example.body):
        for name in {"createdAt", "updatedAt"} - {*resolve(holder.schema)["properties"]}:
            place = (*holder.place, name)
            refuse(world, example, replaced(example.body, place, "2026-01-31T09:30:12.104Z"))


@pytest.mark.checklist("conv.timestamps")
@each(stores)
def test_every_stored_document_has_both_timestamps(
    world: World, operation: Operation, database: Database[dict[str, Any]]
) -> None:
    world.make(operation)
    _find_timestamps(database)


@pytest.mark.checklist("conv.timestamps")
def test_accounts_and_counters_have_both_timestamps(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    wrong = {**account.credentials, "password": "not the password"}
    api.post("/api/v1/auth/login", json=wrong, status=401)
    assert {"accounts", "counters"} <= _find_timestamps(database)


def _find_timestamps(database: Database[dict[str, Any]]) -> set[str]:
    """Return the names of the collections that hold something, all of it with timestamps."""
    stored = read_all(database)
    for name, documents in stored.items():
        for document in documents:
            moments = [document.get("createdAt"), document.get("updatedAt")]
            assert all(isinstance(moment, datetime) for moment in moments), name
            assert moments[0] <= moments[1], name
    return {*stored}
