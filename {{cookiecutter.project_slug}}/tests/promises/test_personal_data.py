"""Nothing personal is stored in clear: all operations are called, and every collection is read.

E-mail, display name and identity at a provider are personal, and so is whatever repeats them.
Operations and collections that an owner adds are tested in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

#: if cookiecutter.task_queue
from app.encryption import DecryptionError
from app.exports import service as exports
from app.exports import task
from app.jobs import attempts
#: endif
from tests.fixtures.encryption import stored_bytes
from tests.fixtures.examples import World
from tests.fixtures.operations import each
from tests.fixtures.sign_ups import sign_up

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.api import Api
    #: if cookiecutter.oauth == "client"
    from tests.fixtures.issuers import Issuer
    #: endif
    #: if cookiecutter.oauth == "server"
    from tests.fixtures.oauth import OtherApp
    #: endif
    from tests.fixtures.operations import Operation
    #: if cookiecutter.oauth == "client"
    from tests.fixtures.provider_logins import Browser
    #: endif

# Contained in all personal values here, and in nothing else.
WORDS: Final = ("traceable", "보이는이름")
EMAIL: Final = "Traceable.Person@example.com"
NAME: Final = "보이는이름 🔥"

pytestmark = pytest.mark.checklist("auth.encrypt")


@pytest.fixture
def person(api: Api, make_account: MakeAccount) -> Person:
    """Return an account that signed up, failed to log in, and changed its name."""
    made = make_account(email=EMAIL, display_name=NAME)
    profile = {"email": f"another.{EMAIL}", "password": made.password, "displayName": NAME}
    sign_up(api, profile)
    wrong = {"email": EMAIL, "password": "not the password"}
    api.post("/api/v1/auth/login", json=wrong, status=401)
    api.patch("/api/v1/me", made, json={"displayName": f"{NAME} too"})
    return made


def find_in_clear(database: Database[dict[str, Any]]) -> dict[str, set[str]]:
    """Return which words were found in which collections."""
    found = {
        name: b"".join(stored_bytes(record) for record in database[name].find()).lower()
        for name in database.list_collection_names()
    }
    return {
        name: words
        for name, stored in found.items()
        if (words := {word for word in WORDS if word.encode() in stored})
    }


def test_the_search_finds_clear_text_at_every_depth(database: Database[Any]) -> None:
    database["test_of_an_owner"].insert_one({"of": [{"whom": EMAIL, "chunk": NAME.encode()}]})
    found = find_in_clear(database)
    database.drop_collection("test_of_an_owner")
    assert found == {"test_of_an_owner": {*WORDS}}


#: if cookiecutter.task_queue
def test_nothing_personal_is_stored_in_clear_by_an_export(
    app: Flask, api: Api, person: Person, database: Database[dict[str, Any]]
) -> None:
    with app.app_context():
        attempt = attempts.take(exports.create(person.id, "a request").id)
        attempt.finish(task.make(attempt))
    place = f"/api/v1/me/exports/{attempt.job.id}/content"
    assert api.get(place, person).json["account"]["email"] == EMAIL
    assert database["export_chunks"].count_documents({}) == 1
    assert find_in_clear(database) == {}


@pytest.fixture
def two_exports(app: Flask, person: Person, stranger: Person) -> None:
    """Export both accounts, the person's first."""
    for account in (person, stranger):
        with app.app_context():
            attempt = attempts.take(exports.create(account.id, "a request").id)
            attempt.finish(task.make(attempt))


@pytest.mark.usefixtures("two_exports")
@pytest.mark.parametrize("moved", ["the content", "the chunk", "the export"])
def test_an_export_is_served_to_its_owner_alone(
    api: Api, stranger: Person, moved: str, database: Database[Any]
) -> None:
    chunks, jobs = database["export_chunks"], database["jobs"]
    theirs, own = chunks.find().sort("createdAt", 1)
    place = f"/api/v1/me/exports/{own['job']}/content"
    if moved == "the content":
        chunks.update_one({"_id": own["_id"]}, {"$set": {"content": theirs["content"]}})
    elif moved == "the chunk":
        chunks.delete_one({"_id": own["_id"]})
        members = {"job": own["job"], "holder": own["holder"]}
        chunks.update_one({"_id": theirs["_id"]}, {"$set": members})
    else:
        jobs.update_one({"_id": theirs["job"]}, {"$set": {"account": stranger.id, "slot": 1}})
        place = f"/api/v1/me/exports/{theirs['job']}/content"
    # The answer has begun and breaks off.
    with pytest.raises((DecryptionError, exports.MisplacedChunkError)):
        api.get(place, stranger)


#: endif
#: if cookiecutter.oauth == "client"
def test_nothing_personal_is_stored_in_clear_by_log_ins_at_a_provider(
    browser: Browser, issuer: Issuer, person: Person, database: Database[dict[str, Any]]
) -> None:
    issuer.person |= {"sub": "traceable-subject", "email": f"new.{EMAIL}", "name": NAME}
    browser.log_in()
    issuer.person |= {"sub": "traceable-link", "email": EMAIL}
    browser.link(person)
    browser.begin()
    assert database["pending_logins"].count_documents({}) == 1
    assert database["accounts"].count_documents({"identities.0": {"$exists": True}}) == 2
    assert find_in_clear(database) == {}


#: endif
#: if cookiecutter.oauth == "server"
def test_nothing_personal_is_stored_in_clear_by_grants(
    other_app: OtherApp, person: Person, database: Database[dict[str, Any]]
) -> None:
    other_app.grant(person)
    other_app.get_code(person)
    assert database["oauth_codes"].count_documents({}) == 2
    assert find_in_clear(database) == {}


#: endif
@each()
def test_nothing_personal_is_stored_in_clear_by_any_operation(
    unhurried_app: Flask,
    make_account: MakeAccount,
    operation: Operation,
    person: Person,
    database: Database[dict[str, Any]],
) -> None:
    World(unhurried_app, person, make_account).make(operation)
    assert database["accounts"].count_documents({}) >= 1
    assert find_in_clear(database) == {}
