"""Encrypted fields are found in stored documents, however deep and of whatever class."""

from __future__ import annotations

import pytest

from app.accounts.models import Account
from app.encryption.collections import encrypted_collections, sample_slots
from app.encryption.sealing import slots_in
from tests.fixtures.encryption import Dog, Inpatient, Patient, Pet, Ward, stored_patients

pytestmark = pytest.mark.usefixtures("keyed_app")


def test_the_collections_with_encrypted_fields_are_found_by_their_classes() -> None:
    found = encrypted_collections()
    #: if cookiecutter.oauth == "client"
    assert found[Account].pop("identities") == 1
    #: endif
    members = {"_cls", "email", "displayName", "emailIndex"}
    #: if cookiecutter.mail
    members |= {"newEmail"}
    #: endif
    #: if cookiecutter.second_factor
    members |= {"secondFactor", "pendingSecondFactor"}
    #: endif
    assert found[Account].keys() == members
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
    found = {slot.path: slot.value for slot in slots_in(Patient, record)}
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


def test_a_single_value_in_the_place_of_a_list_or_map_is_found_too() -> None:
    record = {"_cls": "Patient", "aliases": "x", "contacts": 1, "pet": [], "pets": 3, "thing": 2}
    found = {slot.path: slot.value for slot in slots_in(Patient, record)}
    assert found == {"aliases": "x", "contacts": 1}


def test_samples_are_values_and_their_places() -> None:
    patient = Patient(aliases=["a", "b"]).save()
    places = [place for _, place in sample_slots() if place.collection == "test_patients"]
    assert places == [("test_patients", "aliases", patient.id)] * 2
