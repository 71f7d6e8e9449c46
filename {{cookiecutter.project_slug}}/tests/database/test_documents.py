"""What every stored document has, however it is written."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions
from mongoengine import EmbeddedDocumentListField, Q, StringField

from app.database.documents import (
    BaseDocument,
    BaseEmbeddedDocument,
    collection,
    derived_id,
    new_id,
    utc_now,
)

EARLY = datetime(2020, 1, 1, tzinfo=UTC)


class Part(BaseEmbeddedDocument):
    """A part of a thing, with its own meta, which embedded classes do not inherit."""

    meta: ClassVar[dict[str, Any]] = {"allow_inheritance": True}

    name = StringField(db_field="partName")


class Thing(BaseDocument):
    """A document of this module."""

    meta: ClassVar[dict[str, Any]] = {"collection": "test_things"}

    name = StringField()
    parts = EmbeddedDocumentListField(Part)


@pytest.fixture
def thing(app) -> Thing:
    """Return a document that is stored, written long ago."""
    with app.app_context():
        saved = Thing(name="old").save()
        stored = {"createdAt": EARLY, "updatedAt": EARLY}
        collection("test_things").update_one({"_id": saved.id}, {"$set": stored})
        saved.reload()
        return saved


def _stored(database) -> dict[str, Any]:
    (found,) = database.test_things.find()
    return found


def test_now_is_aware_and_of_whole_milliseconds():
    now = utc_now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert timedelta(0) <= datetime.now(UTC) - now < timedelta(seconds=5)


def test_ids_are_uuids_of_version_7_and_grow():
    ids = [new_id() for _ in range(1000)]
    assert {type(value) for value in ids} == {UUID}
    assert {value.version for value in ids} == {7}
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000


def test_a_derived_id_is_the_same_for_the_same_key_alone():
    assert derived_id("jails", "a") == derived_id("jails", "a")
    assert derived_id("jails", "a") != derived_id("jails", "b")
    assert derived_id("jails", "a") != derived_id("counters", "a")


@pytest.mark.checklist("proc.uuid")
def test_ids_are_stored_as_binary_uuids(app, database):
    with app.app_context():
        Thing(name="x").save()
    raw = database.test_things.with_options(
        CodecOptions(uuid_representation=UuidRepresentation.UNSPECIFIED)
    ).find_one()
    assert isinstance(raw["_id"], Binary)
    assert raw["_id"].subtype == 4


@pytest.mark.checklist("conv.timestamps")
def test_a_new_document_has_both_timestamps_of_one_moment(app, database):
    with app.app_context():
        Thing(name="x").save()
    stored = _stored(database)
    assert stored["createdAt"] == stored["updatedAt"]
    assert timedelta(0) <= datetime.now(UTC) - stored["createdAt"] < timedelta(seconds=60)


INSERTS = {
    "update": lambda things: things.update(upsert=True, set__name="x"),
    "update_one": lambda things: things.update_one(upsert=True, set__name="x"),
    "upsert_one": lambda things: things.upsert_one(set__name="x"),
    "modify": lambda things: things.modify(upsert=True, set__name="x"),
    "modify and read": lambda things: things.modify(upsert=True, new=True, set__name="x"),
    "pipeline": lambda things: things.update_one(upsert=True, __raw__=[{"$set": {"name": "x"}}]),
    "raw": lambda things: things.update_one(upsert=True, __raw__={"$set": {"name": "x"}}),
    "insert": lambda things: things.insert(Thing(name="x")),
    "insert a list": lambda things: things.insert([Thing(name="x")]),
    "insert and read nothing": lambda things: things.insert([Thing(name="x")], load_bulk=False),
}


@pytest.mark.checklist("conv.timestamps", "proc.uuid")
@pytest.mark.parametrize("insert", INSERTS.values(), ids=INSERTS)
def test_documents_inserted_without_save_have_an_id_and_both_timestamps(app, database, insert):
    with app.app_context():
        insert(Thing.objects(name="none"))
    stored = _stored(database)
    assert stored["name"] == "x"
    assert stored.keys() >= {"createdAt", "updatedAt"}
    assert isinstance(stored["_id"], UUID)
    assert stored["_id"].version == 7
    assert stored["createdAt"] == stored["updatedAt"]
    assert timedelta(0) <= datetime.now(UTC) - stored["createdAt"] < timedelta(seconds=60)


@pytest.mark.checklist("conv.timestamps")
@pytest.mark.parametrize("name", [name for name in INSERTS if "insert" not in name])
def test_an_upsert_that_finds_something_moves_updated_at_alone(app, database, thing, name):
    with app.app_context():
        INSERTS[name](Thing.objects(name__in=["old", "x"]))
    stored = _stored(database)
    assert (stored["_id"], stored["name"]) == (thing.id, "x")
    assert stored["createdAt"] == EARLY < stored["updatedAt"]


def test_an_upsert_takes_the_id_and_the_times_that_are_given(app, database):
    given = new_id()
    with app.app_context():
        Thing.objects(Q(id=given) & Q(name="x")).update_one(upsert=True, set__created_at=EARLY)
    stored = _stored(database)
    assert (stored["_id"], stored["createdAt"]) == (given, EARLY)
    assert stored["updatedAt"] > EARLY


@pytest.mark.checklist("conv.timestamps")
def test_saving_again_moves_updated_at_alone(app, database, thing):
    with app.app_context():
        thing.name = "new"
        thing.save()
    stored = _stored(database)
    assert stored["createdAt"] == EARLY < stored["updatedAt"]


@pytest.mark.checklist("conv.timestamps")
@pytest.mark.parametrize(
    "change",
    [
        lambda things: things.update(set__name="new"),
        lambda things: things.update_one(set__name="new"),
        lambda things: things.modify(set__name="new"),
        lambda things: things.first().update(set__name="new"),
        lambda things: things.first().modify(set__name="new"),
    ],
    ids=["update", "update_one", "modify", "document update", "document modify"],
)
def test_changes_without_save_move_updated_at_alone(app, database, thing, change):
    with app.app_context():
        change(Thing.objects(id=thing.id))
    stored = _stored(database)
    assert stored["name"] == "new"
    assert stored["createdAt"] == EARLY < stored["updatedAt"]


def test_a_time_that_is_given_is_taken(app, database, thing):
    later = EARLY + timedelta(days=1)
    with app.app_context():
        Thing.objects(id=thing.id).update(set__updated_at=later)
    assert _stored(database)["updatedAt"] == later


def test_removing_by_modify_changes_nothing_first(app, database, thing):
    with app.app_context():
        removed = Thing.objects(id=thing.id).modify(remove=True)
    assert removed.updated_at == EARLY
    assert database.test_things.count_documents({}) == 0


def test_a_document_that_is_read_has_aware_times(app, thing):
    with app.app_context():
        found = Thing.objects.get(id=thing.id)
    assert found.created_at == EARLY
    assert found.created_at.utcoffset() == timedelta(0)


def test_using_a_document_makes_no_index(app, database):
    database.test_indexless.drop()

    class Indexless(BaseDocument):
        meta: ClassVar[dict[str, Any]] = {"collection": "test_indexless", "indexes": ["name"]}

        name = StringField()

    with app.app_context():
        Indexless(name="x").save()
        assert Indexless.objects(name="x").count() == 1
    assert set(database.test_indexless.index_information()) == {"_id_"}
    database.test_indexless.drop()


def test_two_saves_in_a_row_differ_in_time(app, thing):
    with app.app_context():
        first = thing.save().updated_at
        time.sleep(0.002)
        assert thing.save().updated_at > first


def test_members_of_a_newer_release_are_kept_whatever_this_one_changes(app, database, thing):
    added = {"size": 3, "parts": [{"_cls": "Part", "partName": "a", "color": {"red": 1}}]}
    database.test_things.update_one({}, {"$set": added})
    with app.app_context():
        found = Thing.objects.get(id=thing.id)
        found.name = "new"
        found.parts[0].name = "b"
        found.save()
        # This change, and the next, write the whole list.
        found.parts.append(Part(name="c"))
        found.save()
        Thing.objects(id=thing.id).update(set__parts=[*found.parts, Part(name="d")])
    stored = _stored(database)
    assert (stored["name"], stored["size"]) == ("new", 3)
    assert stored["parts"] == [
        {"_cls": "Part", "partName": "b", "color": {"red": 1}},
        {"_cls": "Part", "partName": "c"},
        {"_cls": "Part", "partName": "d"},
    ]
