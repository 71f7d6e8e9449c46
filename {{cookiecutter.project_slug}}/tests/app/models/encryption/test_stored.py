"""Encrypted fields are found in stored documents, however deep and of whatever class."""

from __future__ import annotations

import pytest

from app.models.accounts import Account
from app.models.encryption.stored import encrypted_collections, sample_tokens, values_in
from tests.fixtures.encryption import Dog, Inpatient, Patient, Pet, Ward, stored_patients

pytestmark = pytest.mark.usefixtures("keyed_app")


def test_the_collections_with_encrypted_fields_are_found_by_their_classes() -> None:
    found = encrypted_collections()
    #: if cookiecutter.oauth == "client"
    assert found[Account].pop("identities") == 1
    #: endif
    assert found[Account] == {"_cls": 1, "email": 1, "displayName": 1}
    assert found[Patient].keys() == {
        "_cls", "fullName", "aliases", "contacts", "pet", "pets", "thing", "room"
    }  # fmt: skip
    assert Inpatient not in found
    assert Ward not in found


def test_every_encrypted_value_is_found_at_its_path() -> None:
    Inpatient(
        name="n",
        room="r",
        ward="open",
        aliases=["a", "b"],
        contacts={"aunt": "c"},
        pet=Dog(name="p", chip="1", kind="dog", friends=[Pet(name="f")]),
        pets=[Pet(name="q"), Pet(kind="cat")],
        thing=Dog(chip="2"),
    ).save()
    record = stored_patients().find_one()
    assert record is not None
    found = dict(values_in(Patient, record))
    assert found.keys() == {
        "fullName",
        "room",
        "aliases.0",
        "aliases.1",
        "contacts.aunt",
        "pet.petName",
        "pet.chip",
        "pet.friends.0.petName",
        "pets.0.petName",
        "thing.chip",
    }
    assert all(isinstance(value, bytes) for value in found.values())


def test_values_of_an_unexpected_kind_are_passed_over() -> None:
    record = {
        "_cls": "Patient",
        "fullName": 7,
        "aliases": "x",
        "contacts": 1,
        "pet": [],
        "thing": 2,
    }
    assert list(values_in(Patient, record)) == []


def test_samples_are_tokens_and_where_they_were_found() -> None:
    Patient(name="n").save()
    Patient(ward="open").save()
    stored_patients().update_one({"ward": "open"}, {"$set": {"fullName": "in clear"}})
    places = [place for _, place in sample_tokens() if place.startswith("test_patients")]
    assert places == ["test_patients.fullName"]
