"""A field whose value never reaches the database in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bson.errors import InvalidDocument
from mongoengine import ValidationError
from mongoengine.errors import InvalidQueryError

from app.encryption import DecryptionError, EncryptedStringField
from app.encryption.key_check import seal_database, verify_keys
from tests.fixtures.encryption import (
    Dog,
    FieldKeys,
    Inpatient,
    Patient,
    Pet,
    new_key,
    older_token,
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


def test_a_query_may_ask_whether_a_value_exists() -> None:
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


def test_an_unreadable_value_of_an_embedded_document_is_named_by_its_path(
    caplog: pytest.LogCaptureFixture,
) -> None:
    Patient(pets=[Pet(name="kept")]).save()
    stored_patients().update_one({}, {"$set": {"pets.0.petName": b"\x01torn"}})
    with pytest.raises(DecryptionError):
        Patient.objects.get()
    assert caplog.messages == [
        "test_patients.pets.petName holds a value that no key of FIELD_ENCRYPTION_KEYS opens there"
    ]


def test_nothing_unsealed_can_be_stored() -> None:
    with pytest.raises(InvalidDocument) as raised:
        stored_patients().insert_one({"pet": Pet(name="InClear").to_mongo()})
    assert "InClear" not in str(raised.value)


def test_an_update_names_the_one_document_that_its_value_is_bound_to() -> None:
    patient = Patient(name="before", ward="open").save()
    several = Patient.objects(id__in=[patient.id])
    for objects in (Patient.objects, several, Patient.objects(ward="open")):
        with pytest.raises(InvalidQueryError, match="by id"):
            objects.update(set__name="after")
    assert Patient.objects.get().name == "before"


@pytest.mark.parametrize(
    "update",
    [
        {"set__pet": Pet(name="new")},
        {"set__pet__name": "new"},
        {"push__pets": Pet(name="new")},
        {"push_all__pets": [Pet(name="new"), Pet(name="newer")]},
        {"set__pets__0__name": "new"},
        {"set__contacts__uncle": "new"},
        {"push__aliases": "new", "set__name": "new"},
    ],
    ids=str,
)
def test_updates_bind_embedded_values_to_their_paths(update: dict[str, Any]) -> None:
    patient = Patient(name="n", pet=Pet(name="old"), pets=[Pet(name="old")]).save()
    Patient.objects(id=patient.id).update_one(**update)
    found = Patient.objects.get()
    texts = [found.name, found.pet.name, *found.aliases, *found.contacts.values()]
    assert "new" in texts + [pet.name for pet in found.pets]


def bound_values() -> list[tuple[str, str]]:
    """Return (where a stored value is, where else it must not open)."""
    return [
        ("fullName", "room"),
        ("fullName", "pet.petName"),
        ("fullName", "aliases.0"),
        ("pet.petName", "pet.chip"),
        ("pet.petName", "pets.0.petName"),
        ("contacts.aunt", "contacts.uncle"),
        ("aliases.0", "fullName"),
    ]


def make_inpatient(mark: str) -> Inpatient:
    return Inpatient(
        name=f"{mark} name",
        room=f"{mark} room",
        aliases=[f"{mark} alias"],
        contacts={"aunt": f"{mark} aunt", "uncle": f"{mark} uncle"},
        pet=Dog(name=f"{mark} pet", chip=f"{mark} chip"),
        pets=[Pet(name=f"{mark} other pet")],
    ).save()


def stored_at(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = value[int(name) if name.isdigit() else name]
    return value


@pytest.mark.checklist("auth.encrypt")
@pytest.mark.parametrize(("source", "target"), bound_values(), ids=str)
def test_a_value_of_another_field_is_refused(source: str, target: str) -> None:
    patient = make_inpatient("own")
    moved = stored_at(raw_patient(), source)
    stored_patients().update_one({}, {"$set": {target: moved}})
    with pytest.raises(DecryptionError):
        Patient.objects.get(id=patient.id)


@pytest.mark.checklist("auth.encrypt")
@pytest.mark.parametrize("path", sorted({source for source, _ in bound_values()}))
def test_a_value_of_another_document_is_refused(path: str) -> None:
    other = make_inpatient("other")
    moved = stored_at(raw_patient(), path)
    patient = make_inpatient("own")
    stored_patients().update_one({"_id": patient.id}, {"$set": {path: moved}})
    with pytest.raises(DecryptionError):
        Patient.objects.get(id=patient.id)
    assert Patient.objects.get(id=other.id).name == "other name"


@pytest.mark.checklist("auth.encrypt")
@pytest.mark.parametrize("is_sealed", [False, True], ids=["unsealed", "sealed"])
@pytest.mark.parametrize(
    ("path", "planted"),
    [
        ("fullName", "planted"),
        ("aliases", "planted"),
        ("aliases.0", "planted"),
        ("contacts.aunt", "planted"),
        ("pet.petName", "planted"),
        ("fullName", None),
    ],
    ids=str,
)
def test_values_without_a_place_are_read_until_the_database_is_sealed(
    field_keys: FieldKeys, path: str, planted: str | None, *, is_sealed: bool
) -> None:
    patient = make_inpatient("own")
    verify_keys()
    value = planted or older_token(field_keys.encryption[0], "planted")
    stored_patients().update_one({}, {"$set": {path: value}})
    Patient.objects.get(id=patient.id)
    if is_sealed:
        # Every process notices at once, even one that has read such a value before.
        seal_database()
        with pytest.raises(DecryptionError, match="this database is sealed"):
            Patient.objects.get(id=patient.id)


def test_a_token_of_an_earlier_release_reads_as_its_text(field_keys: FieldKeys) -> None:
    Patient(ward="open").save()
    token = older_token(field_keys.encryption[0], "from before")
    stored_patients().update_one({}, {"$set": {"fullName": token}})
    assert Patient.objects.get().name == "from before"


@pytest.mark.parametrize("planted", [7, {"a": "b"}, [], True], ids=str)
def test_a_value_of_another_kind_is_refused(planted: Any) -> None:
    Patient(name="n").save()
    stored_patients().update_one({}, {"$set": {"fullName": planted}})
    with pytest.raises(DecryptionError):
        Patient.objects.get()


@pytest.mark.parametrize("options", [{"unique": True}, {"unique_with": "ward"}], ids=str)
def test_an_encrypted_field_cannot_be_unique(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="put the index on its blind index"):
        EncryptedStringField(**options)
