"""Two releases on one database: this one can read what the next one has stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fixtures.accounts import PASSWORD
from tests.promises.resources import operations_of, request_of

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from pymongo.database import Database

    from tests.fixtures.processes import Server, StartServer

ACCOUNT: Final = {"email": "minji@example.com", "password": PASSWORD, "displayName": "김민지"}
LATER: Final = "addedLater"

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
        self._headers = {"X_Forwarded_Proto": "https"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

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


def test_documents_of_the_next_release_are_read_changed_and_kept(
    releases: tuple[Server, Server], database: Database[dict[str, Any]]
) -> None:
    this, following = releases
    Client().ask(following, "POST", "/api/v1/auth/signup", json=ACCOUNT)
    client = _log_in(following)
    # Sessions are written without their class.
    database.accounts.update_many({}, {"$set": {f"sessions.$[].{LATER}": "x"}})
    document = json.loads(Client().ask(this, "GET", "/openapi.json").body)
    documented = [*operations_of(document)]
    places = [
        client.ask(following, method, path, **request_of(operation)).headers["Location"]
        for method, path, operation in documented
        if method == "POST" and operation["security"] and {"201", "202"} & {*operation["responses"]}
    ]
    stored = _added(database)
    assert stored["accounts"]
    # Each thing that can be created has a class of its own.
    assert len([name for name, found in stored.items() if found]) > len(places)

    for place in ("/api/v1/me", *places):
        assert client.ask(this, "GET", place).status == 200
    for method, path, operation in documented:
        if method in {"PUT", "PATCH"} and operation["security"] and "password" not in path:
            prefix = path.partition("{")[0]
            for place in ("/api/v1/me", *places):
                if place.startswith(prefix) and place.count("/") == path.count("/"):
                    client.ask(this, method, place, **request_of(operation))
        elif method == "GET" and "{" not in path:
            client.ask(this, method, path)
    _log_in(this)

    assert _added(database) == stored
    sessions = database.accounts.find_one()["sessions"]
    assert [LATER in session for session in sessions] == [True, False]
