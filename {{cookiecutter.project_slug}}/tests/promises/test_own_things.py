"""Processing: callers see only their own things, whose ids cannot be counted through."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions

from tests.fixtures.database import read_all
from tests.fixtures.members import resolve, schema_of
from tests.fixtures.operations import each, is_protected, takes_json
from tests.promises.resources import (
    find_at,
    is_list,
    is_making,
    is_of_the_caller,
    is_one_of_many,
    make,
    makes_a_thing,
    names_a_thing,
)

if TYPE_CHECKING:
    from pymongo.database import Database
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation

ACCOUNT_WORDS: Final = re.compile(r"(?i)account|user|owner|member|customer|person|profile")
NOT_UUIDS: Final = ("1", "0", "-1", "507f1f77bcf86cd799439011", "garbage", "%00", "null", "me")
OWNERS: Final = {"account", "accountId", "userId", "owner", "id"}


@pytest.fixture
def stranger(world: World, make_account: MakeAccount) -> Person:
    """Return somebody else than the caller."""
    return make_account(app=world.app, display_name="Somebody else")


def is_shared(operation: Operation) -> bool:
    """Tell whether the operation is about what belongs to no caller."""
    return operation.is_protected and not is_of_the_caller(operation)


def lists_own_things(operation: Operation) -> bool:
    """Tell whether the operation lists what its caller has made."""
    maker = find_at(operation.path, "POST")
    is_own = is_list(operation) and is_of_the_caller(operation)
    return is_own and maker is not None and makes_a_thing(maker)


def send_as(person: Person, world: World, example: Example, **changes: Any) -> TestResponse:
    """Send an example with the token of somebody else."""
    headers = {**example.headers, **example.operation.headers_of(person)}
    return world.api.client.open(**example.request(headers=headers, **changes))


@pytest.mark.checklist("proc.me")
@each(lambda operation: operation.contract.role is None)
def test_no_path_names_an_account(operation: Operation) -> None:
    for parameter in operation.parameters:
        assert not ACCOUNT_WORDS.search(parameter)
    for segment in re.findall(r"/([\w-]+)(?=/\{\w+\})", operation.path):
        assert not ACCOUNT_WORDS.search(segment)


@pytest.mark.checklist("proc.me")
@each(is_shared)
def test_what_is_not_below_me_is_the_same_to_everybody(
    world: World, example: Example, make_account: MakeAccount
) -> None:
    """What is a caller's own belongs below /me: of others it would not even be found."""
    roles = [role] if (role := example.operation.contract.role) else []
    stranger = make_account(app=world.app, roles=roles)
    request = example.request()
    own = world.api.client.open(**request) if example.operation.method == "GET" else None
    answer = send_as(stranger, world, example)
    assert answer.status_code != 404 or not example.is_there
    if own is not None and answer.status_code == own.status_code:
        assert answer.data == own.data


@pytest.mark.checklist("proc.me")
def test_me_is_the_caller(api, make_account):
    account, stranger = make_account(), make_account(display_name="Somebody else")
    shown = [api.get("/api/v1/me", person).json for person in (account, stranger)]
    assert [me["id"] for me in shown] == [str(account.id), str(stranger.id)]
    api.patch("/api/v1/me", account, json={"displayName": "Renamed"})
    assert api.get("/api/v1/me", stranger).json == shown[1]
    api.delete("/api/v1/me", account)
    assert api.get("/api/v1/me", stranger).json == shown[1]


@pytest.mark.checklist("proc.me")
@each(is_protected, is_of_the_caller, names_a_thing)
def test_things_of_others_are_not_found(
    world: World, operation: Operation, example: Example, stranger: Person
) -> None:
    has_reading = find_at(operation.path, "GET") is not None and example.is_there
    before = world.api.get(example.path, example.caller).data if has_reading else b""
    answer = send_as(stranger, world, example)
    assert answer.status_code == 404, answer.text
    if has_reading:
        assert world.api.get(example.path, example.caller).data == before


@pytest.mark.checklist("proc.me")
@each(lists_own_things)
def test_lists_show_the_callers_own_things_alone(
    world: World, operation: Operation, stranger: Person
) -> None:
    maker = find_at(operation.path, "POST")
    assert maker is not None
    thing = make(world, maker)
    assert world.api.get(operation.path, stranger).json["items"] == []
    assert world.api.get(operation.path, world.caller).json["items"] == [thing.shown]


@pytest.mark.checklist("proc.me")
@each(is_protected, takes_json)
def test_no_member_of_a_body_chooses_the_owner(
    world: World, operation: Operation, example: Example, stranger: Person
) -> None:
    for name in OWNERS - {*resolve(schema_of(operation))["properties"]}:
        body = json.dumps({**example.body, name: str(stranger.id)})
        answer = world.api.client.open(**example.request(data=body))
        assert answer.status_code == 422, name


@pytest.mark.checklist("proc.uuid")
@each(is_making, is_one_of_many)
def test_identifiers_in_answers_are_uuids_of_version_7(world: World, operation: Operation) -> None:
    shown = world.make(operation).json
    assert UUID(shown["id"]).version == 7
    assert shown["id"] == str(UUID(shown["id"]))


@pytest.mark.checklist("proc.uuid")
@each(lambda operation: operation.parameters != [])
def test_every_identifier_in_a_path_is_documented_as_a_uuid(operation: Operation) -> None:
    taken = [one for one in operation.details["parameters"] if one["in"] == "path"]
    assert [one["name"] for one in taken] == operation.parameters
    #: if cookiecutter.oauth == "client"
    # A provider is identified by its name in the settings.
    taken = [one for one in taken if one["name"] != "provider"]
    #: endif
    assert all(one["schema"]["format"] == "uuid" for one in taken)


@pytest.mark.checklist("proc.uuid")
@each(names_a_thing)
def test_an_invalid_uuid_names_nothing(
    world: World, operation: Operation, example: Example
) -> None:
    for identifier in NOT_UUIDS:
        path = re.sub(r"\{\w+\}", identifier, operation.path)
        answer = world.api.client.open(**example.request(path=path))
        assert answer.status_code == 404, identifier


@pytest.mark.checklist("proc.uuid")
@each(names_a_thing)
def test_a_uuid_of_nothing_names_nothing(
    world: World, operation: Operation, example: Example
) -> None:
    answer = world.api.client.open(**example.request(path=operation.url))
    assert answer.status_code == 404, answer.text


@pytest.mark.checklist("proc.uuid")
@each(lambda operation: operation.method != "GET")
def test_stored_identifiers_are_native_uuids(
    world: World, operation: Operation, database: Database[dict[str, Any]]
) -> None:
    world.make(operation)
    _find_identifiers(database)


@pytest.mark.checklist("proc.uuid")
def test_accounts_and_counters_have_native_uuids(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    wrong = {**account.credentials, "password": "not the password"}
    api.post("/api/v1/auth/login", json=wrong, status=401)
    assert {"accounts", "counters"} <= _find_identifiers(database)


def _find_identifiers(database: Database[dict[str, Any]]) -> set[str]:
    """Return the names of the collections that hold something, all of it under native UUIDs."""
    raw = CodecOptions[dict[str, Any]](uuid_representation=UuidRepresentation.UNSPECIFIED)
    stored = read_all(database.with_options(raw))
    for name, documents in stored.items():
        for document in documents:
            assert isinstance(document["_id"], Binary), name
            assert document["_id"].subtype == 4, name
    return {*stored}
