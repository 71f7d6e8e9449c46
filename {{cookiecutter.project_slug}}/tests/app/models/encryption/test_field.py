"""A field whose value never reaches the database in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from mongoengine import ValidationError
from mongoengine.errors import InvalidQueryError

from app.models.encryption import DecryptionError, EncryptedStringField, encrypt
from tests.fixtures.encryption import (
    FieldKeys,
    Patient,
    Pet,
    new_key,
    stored_bytes,
    stored_patients,
)

if TYPE_CHECKING:
    from tests.fixtures.encryption import MakeKeyedApp

pytestmark = pytest.mark.usefixtures("keyed_app")


def raw_patient() -> dict[str, Any]:
    record = stored_patients().find_one()
    assert record is not None
    return record


@pytest.mark.checklist("auth.encrypt")
def test_the_stored_document_holds_no_plaintext() -> None:
    Patient(
        name="홍길동 🔥",
        ward="open",
        aliases=["AliasInClear"],
        contacts={"aunt": "ContactInClear"},
        pet=Pet(name="PetInClear", friends=[Pet(name="FriendInClear")]),
    ).save()
    stored = stored_bytes(raw_patient())
    assert b"InClear" not in stored
    assert "홍길동".encode() not in stored
    assert b"open" in stored


def test_a_document_reads_back_as_it_was_saved() -> None:
    Patient(name="홍길동 🔥", aliases=["a", "b"], pet=Pet(name="Rex")).save()
    patient = Patient.objects.get()
    assert (patient.name, list(patient.aliases), patient.pet.name) == (
        "홍길동 🔥",
        ["a", "b"],
        "Rex",
    )


def test_a_string_stored_in_clear_reads_as_itself_and_is_encrypted_when_it_changes() -> None:
    Patient(ward="open").save()
    stored_patients().update_one({}, {"$set": {"fullName": "in clear"}})
    patient = Patient.objects.get()
    assert patient.name == "in clear"
    patient.name = "changed"
    patient.save()
    assert isinstance(raw_patient()["fullName"], bytes)


def test_saving_leaves_the_token_of_an_unchanged_field_as_it_is() -> None:
    Patient(name="same", ward="open").save()
    before = raw_patient()["fullName"]
    patient = Patient.objects.get()
    patient.ward = "closed"
    patient.save()
    assert raw_patient()["fullName"] == before


def test_an_absent_value_stays_absent() -> None:
    Patient(ward="open").save()
    assert "fullName" not in raw_patient()
    assert Patient.objects.get().name is None


@pytest.mark.parametrize("method", ["update", "update_one", "modify"])
def test_updates_of_a_queryset_encrypt(method: str) -> None:
    patient = Patient(name="before").save()
    getattr(Patient.objects(id=patient.id), method)(set__name="after")
    assert isinstance(raw_patient()["fullName"], bytes)
    assert Patient.objects.get().name == "after"


def test_a_push_encrypts() -> None:
    patient = Patient(aliases=["a"]).save()
    Patient.objects(id=patient.id).update(push__aliases="b")
    assert all(isinstance(alias, bytes) for alias in raw_patient()["aliases"])
    assert list(Patient.objects.get().aliases) == ["a", "b"]


def test_the_limit_of_length_counts_the_text() -> None:
    Patient(name="x" * 20).save()
    with pytest.raises(ValidationError):
        Patient(name="x" * 21).save()


def test_an_update_validates_the_text() -> None:
    patient = Patient(name="before").save()
    with pytest.raises(ValidationError):
        Patient.objects(id=patient.id).update(set__name="x" * 21)


@pytest.mark.parametrize(
    "criteria",
    [
        {"name": "x"},
        {"name__ne": "x"},
        {"name__in": ["x"]},
        {"name__startswith": "x"},
        {"name__gt": ""},
        {"name__not__exact": "x"},
        {"aliases": "x"},
        {"pet__name": "x"},
    ],
    ids=str,
)
def test_a_query_by_the_value_is_refused(criteria: dict[str, Any]) -> None:
    with pytest.raises(InvalidQueryError, match="use its blind index"):
        Patient.objects(**criteria).first()


def test_whether_a_value_is_there_may_be_asked() -> None:
    Patient(name="x").save()
    assert Patient.objects(name__exists=True).count() == 1
    assert Patient.objects(name__exists=False).count() == 0


def test_a_value_of_another_key_is_an_error_and_the_document_stays(
    make_keyed_app: MakeKeyedApp,
) -> None:
    Patient(name="kept").save()
    before = raw_patient()
    with (
        make_keyed_app(FieldKeys((new_key(),))).app_context(),
        pytest.raises(DecryptionError, match=r"^test_patients\.fullName holds"),
    ):
        Patient.objects.get()
    assert raw_patient() == before
    assert Patient.objects.get().name == "kept"


def test_an_unreadable_value_of_an_embedded_document_is_named_by_its_class() -> None:
    Patient(pet=Pet(name="kept")).save()
    stored_patients().update_one({}, {"$set": {"pet.petName": encrypt("kept")[::-1]}})
    with pytest.raises(DecryptionError, match=r"^Pet\.petName holds"):
        Patient.objects.get()


def test_a_field_outside_a_document_class_has_no_place() -> None:
    assert EncryptedStringField().place == "a document"


@pytest.mark.parametrize("options", [{"unique": True}, {"unique_with": "ward"}], ids=str)
def test_an_encrypted_field_cannot_be_unique(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="put the index on its blind index"):
        EncryptedStringField(**options)
