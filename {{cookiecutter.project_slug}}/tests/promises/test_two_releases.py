"""Two releases on one database: this one can read what the next one has stored."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from app.accounts.roles import Role
from tests.fixtures.accounts import PASSWORD, Person
from tests.fixtures.examples import World
from tests.fixtures.operations import find_operations, takes_json
#: if cookiecutter.mail
from tests.fixtures.sign_ups import confirm_stored
#: endif
from tests.promises.resources import makes_a_thing

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import MakeAccount
    from tests.fixtures.operations import Operation
    from tests.fixtures.processes import Server, StartServer

ACCOUNT: Final = {"email": "minji@example.com", "password": PASSWORD, "displayName": "김민지"}
LATER: Final = "addedLater"
# Read before there is an app: who reads them makes one without a database, and connections are the
# process's.
OPERATIONS: Final = find_operations()

# The production entry of a release in which every document has one more field, embedded ones too.
NEWER: Final = f"""
import sys
from mongoengine import StringField
from mongoengine.base.metaclasses import DocumentMetaclass
make = DocumentMetaclass.__new__
def add(kind, name, bases, members):
    if members["__module__"] == "app.database.documents":
        members["added_later"] = StringField(db_field="{LATER}", default="by the next release")
    return make(kind, name, bases, members)
DocumentMetaclass.__new__ = staticmethod(add)
from gunicorn.app.wsgiapp import run
sys.argv = ["gunicorn"]
run()
"""


class Client:
    """A client with a token that can call both releases."""

    def __init__(self, token: str = "") -> None:
        self._token = token
        self._headers = {"X_Forwarded_Proto": "https"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def as_person(self, database: Database[dict[str, Any]]) -> Person:
        """Return who calls, for tests in this process."""
        identifier = database.accounts.find_one()["_id"]
        words = (ACCOUNT["email"], PASSWORD, ACCOUNT["displayName"])
        return Person(identifier, *words, self._token, "")

    def ask(self, server: Server, method: str, path: str, **request: Any) -> HTTPResponse:
        """Return an answer, which tells of no mistake; that a service is away is none."""
        answer = server.ask(method, path, request.get("json"), **self._headers)
        assert answer.status != 500, (method, path, answer.body, server.printed)
        return answer


@pytest.fixture
def releases(
    start_server: StartServer,
    #: if cookiecutter.task_queue
    broker_uri: str,
    #: endif
) -> tuple[Server, Server]:
    """Return servers of this release and of the next one."""
    settings = {"TRUSTED_PROXIES": "1"}
    #: if cookiecutter.task_queue
    settings["BROKER_URI"] = broker_uri
    #: endif
    return start_server("-m", "gunicorn", **settings), start_server("-c", NEWER, **settings)


def _log_in(server: Server) -> Client:
    pair = Client().ask(server, "POST", "/api/v1/auth/login", json=_CREDENTIALS)
    return Client(json.loads(pair.body)["accessToken"])


_CREDENTIALS: Final = {name: ACCOUNT[name] for name in ("email", "password")}


def _added(database: Database[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return the ids of what the next release has stored, by collection."""
    names = database.list_collection_names()
    return {name: database[name].distinct("_id", {LATER: {"$exists": True}}) for name in names}


def _is_at(operation: Operation, place: str) -> bool:
    """Tell whether a place is one of an operation's path."""
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.path), place) is not None


def _changes_in_json(operation: Operation) -> bool:
    is_change = operation.method in {"PUT", "PATCH"} and operation.is_protected
    return is_change and takes_json(operation) and "password" not in operation.path


def test_documents_of_the_next_release_are_read_changed_and_kept(
    releases: tuple[Server, Server],
    unhurried_app: Flask,
    make_account: MakeAccount,
    database: Database[dict[str, Any]],
) -> None:
    this, following = releases
    Client().ask(following, "POST", "/api/v1/auth/signup", json=ACCOUNT)
    #: if cookiecutter.mail
    confirm_stored(database)
    #: endif
    # What it makes may be for a role.
    database.accounts.update_one({}, {"$set": {"roles": [Role.ADMIN]}})
    client = _log_in(following)
    # Sessions are written without their class.
    database.accounts.update_many({}, {"$set": {f"sessions.$[].{LATER}": "x"}})
    # Whatever the examples need is somebody else's, of this release.
    world = World(unhurried_app, client.as_person(database), make_account)
    places = []
    for operation in OPERATIONS:
        if makes_a_thing(operation) and (takes_json(operation) or not operation.takes):
            example = world.prepare(operation)
            request = {"json": example.body} if operation.takes else {}
            answer = client.ask(following, "POST", example.path, **request)
            assert answer.status == operation.success, (operation, answer.body)
            places.append(answer.headers["Location"])
    stored = _added(database)
    assert stored["accounts"]
    assert not places or len([name for name, found in stored.items() if found]) > 1

    for operation in OPERATIONS:
        for place in ("/api/v1/me", *places):
            if not _is_at(operation, place):
                continue
            if operation.method == "GET":
                assert client.ask(this, "GET", place).status == 200
            elif _changes_in_json(operation):
                client.ask(this, operation.method, place, json=world.prepare(operation).body)
        if operation.method == "GET" and not operation.parameters:
            client.ask(this, "GET", operation.path)
    _log_in(this)

    kept = _added(database)
    assert {name: [*filter(kept[name].__contains__, ids)] for name, ids in stored.items()} == stored
    sessions = database.accounts.find_one({"_id": world.caller.id})["sessions"]
    assert [LATER in session for session in sessions] == [True, False]
