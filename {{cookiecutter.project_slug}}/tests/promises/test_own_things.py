"""Processing: callers see only their own things, whose ids cannot be counted through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions

from tests.promises.resources import create_each, operations_of, read_document, request_of

if TYPE_CHECKING:
    from pymongo.database import Database

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.promises.resources import Owned

ACCOUNT_WORDS: Final = re.compile(r"(?i)account|user|owner|member|customer|person|profile")
NOT_UUIDS: Final = ("1", "0", "-1", "507f1f77bcf86cd799439011", "garbage", "%00", "null", "me")


@pytest.fixture
def things(api: Api, account: Person) -> list[Owned]:
    """Return one of each thing that the account can make."""
    made = create_each(api, account)
    if not made:
        pytest.skip("accounts of this API own nothing but themselves")
    return made


@pytest.mark.checklist("proc.me")
def test_no_path_names_an_account(api):
    for _, path, _ in operations_of(read_document(api)):
        for parameter in re.findall(r"\{(\w+)\}", path):
            assert not ACCOUNT_WORDS.search(parameter), path
        for segment, following in re.findall(r"/([\w-]+)(?=/\{(\w+)\})", path):
            assert not ACCOUNT_WORDS.search(segment), (path, following)


@pytest.mark.checklist("proc.me")
def test_protected_resources_belong_to_the_caller(api):
    for _, path, operation in operations_of(read_document(api)):
        if operation["security"] and not path.startswith("/api/v1/auth/"):
            assert re.match(r"/api/v1/me(/|$)", path), path


@pytest.mark.checklist("proc.me")
def test_me_is_the_caller(api, account, stranger):
    shown = [api.get("/api/v1/me", person).json for person in (account, stranger)]
    assert [me["id"] for me in shown] == [str(account.id), str(stranger.id)]
    api.patch("/api/v1/me", account, json={"displayName": "Renamed"})
    assert api.get("/api/v1/me", stranger).json == shown[1]
    api.delete("/api/v1/me", account)
    assert api.get("/api/v1/me", stranger).json == shown[1]


@pytest.mark.checklist("proc.me")
def test_things_of_others_are_not_found(api, account, stranger, things):
    for thing in things:
        for method in thing.operations:
            api.call(method.upper(), thing.place, stranger, status=404, **thing.request(method))
        assert api.get(thing.place, account).json == thing.shown


@pytest.mark.checklist("proc.me")
def test_lists_show_the_callers_own_things_alone(api, account, stranger, things):
    for thing in things:
        assert api.get(thing.collection, stranger).json["items"] == []
        assert api.get(thing.collection, account).json["items"] == [thing.shown]


@pytest.mark.checklist("proc.me")
def test_no_member_of_a_body_chooses_the_owner(api, account, stranger):
    for method, path, operation in operations_of(read_document(api)):
        if operation["security"] and "requestBody" in operation and "{" not in path:
            example = request_of(operation)["json"]
            for name in ("account", "accountId", "userId", "owner", "id"):
                body = {**example, name: str(stranger.id)}
                api.call(method, path, account, json=body, status=422)


@pytest.mark.checklist("proc.uuid")
def test_identifiers_in_answers_are_uuids_of_version_7(api, account):
    body = {**account.credentials, "email": "new@example.com", "displayName": "a"}
    shown = [api.post("/api/v1/auth/signup", json=body).json, api.get("/api/v1/me", account).json]
    shown += [thing.shown for thing in create_each(api, account)]
    for answer in shown:
        assert UUID(answer["id"]).version == 7
        assert answer["id"] == str(UUID(answer["id"]))


@pytest.mark.checklist("proc.uuid")
def test_every_identifier_in_a_path_is_documented_as_a_uuid(api):
    for _, path, operation in operations_of(read_document(api)):
        taken = [each for each in operation.get("parameters", ()) if each["in"] == "path"]
        assert [each["name"] for each in taken] == re.findall(r"\{(\w+)\}", path)
        #: if cookiecutter.oauth == "client"
        # A provider is identified by its name in the settings.
        taken = [each for each in taken if each["name"] != "provider"]
        #: endif
        assert all(each["schema"]["format"] == "uuid" for each in taken), path


@pytest.mark.checklist("proc.uuid")
@pytest.mark.parametrize("identifier", NOT_UUIDS)
def test_an_invalid_uuid_names_nothing(api, account, things, identifier):
    for thing in things:
        for method in thing.operations:
            place = f"{thing.collection}/{identifier}"
            api.call(method.upper(), place, account, status=404, **thing.request(method))


@pytest.mark.checklist("proc.uuid")
def test_stored_identifiers_are_native_uuids(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    wrong = {**account.credentials, "password": "not the password"}
    api.post("/api/v1/auth/login", json=wrong, status=401)
    create_each(api, account)
    raw = CodecOptions[dict[str, Any]](uuid_representation=UuidRepresentation.UNSPECIFIED)
    stored = {
        name: [record["_id"] for record in database[name].with_options(raw).find()]
        for name in database.list_collection_names()
    }
    assert stored["accounts"]
    assert stored["counters"]
    for name, identifiers in stored.items():
        for identifier in identifiers:
            assert isinstance(identifier, Binary), name
            assert identifier.subtype == 4, name
