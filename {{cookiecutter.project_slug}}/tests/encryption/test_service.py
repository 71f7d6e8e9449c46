"""Values in clear are encrypted, encrypted ones are renewed, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.accounts.models import Account
from app.database.documents import collection, utc_now
from app.encryption import DecryptionError, FieldCipher, Place, blind_index, service
from app.encryption.cipher import CHECKS
from app.encryption.key_check import EncryptionKeyError, verify_keys
from app.encryption.service import encrypt_stored, rotate_keys
from tests.fixtures.encryption import (
    FieldKeys,
    Patient,
    Pet,
    new_key,
    older_token,
    stored_bytes,
    stored_patients,
)

if TYPE_CHECKING:
    from app.encryption.service import CollectionReport
    from tests.fixtures.encryption import MakeKeyedApp


pytestmark = pytest.mark.usefixtures("keyed_app")


def store_in_clear(count: int) -> None:
    """Store patients as the project did before the feature was switched on."""
    for number in range(count):
        patient = Patient(ward="open").save()
        in_clear = {
            "fullName": f"name {number}",
            "aliases": [f"alias {number}", f"other alias {number}"],
            "pet": {"_cls": "Pet", "petName": f"pet {number}"},
        }
        stored_patients().update_one({"_id": patient.id}, {"$set": in_clear})


def patients_as_stored() -> list[dict[str, Any]]:
    return list(stored_patients().find().sort("_id", 1))


def report_on(reports: list[CollectionReport]) -> CollectionReport:
    (report,) = [report for report in reports if report.name == "test_patients"]
    return report


def test_apply_encrypts_what_was_stored_in_clear() -> None:
    store_in_clear(3)
    report = report_on(encrypt_stored())
    assert (report.seen, report.changed, report.is_complete) == (3, 3, True)
    stored = b"".join(map(stored_bytes, patients_as_stored()))
    assert not any(word in stored for word in (b"name ", b"alias ", b"pet "))
    assert [(patient.name, patient.aliases[1]) for patient in Patient.objects.order_by("id")] == [
        (f"name {number}", f"other alias {number}") for number in range(3)
    ]


def test_apply_leaves_every_other_member_as_it_was() -> None:
    store_in_clear(1)
    (before,) = patients_as_stored()
    encrypt_stored()
    (after,) = patients_as_stored()
    untouched = before.keys() - {"fullName", "aliases", "pet"}
    assert {name: before[name] for name in untouched} == {name: after[name] for name in untouched}


def test_apply_a_second_time_changes_nothing() -> None:
    store_in_clear(2)
    encrypt_stored()
    before = patients_as_stored()
    assert report_on(encrypt_stored()).changed == 0
    assert patients_as_stored() == before


def test_apply_goes_on_where_it_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    store_in_clear(5)
    encrypt_text = FieldCipher.encrypt

    def encrypt_until_interrupted(cipher: FieldCipher, content: bytes, place: Place) -> bytes:
        if content == b"name 3":
            raise KeyboardInterrupt
        return encrypt_text(cipher, content, place)

    with monkeypatch.context() as patched:
        patched.setattr(FieldCipher, "encrypt", encrypt_until_interrupted)
        with pytest.raises(KeyboardInterrupt):
            encrypt_stored()
    done = patients_as_stored()[:3]
    assert all(isinstance(patient["fullName"], bytes) for patient in done)
    assert report_on(encrypt_stored()).changed == 2
    assert patients_as_stored()[:3] == done
    assert [patient.name for patient in Patient.objects.order_by("id")] == [
        f"name {number}" for number in range(5)
    ]


def test_every_document_of_several_batches_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH_SIZE", 2)
    store_in_clear(5)
    report = report_on(encrypt_stored())
    assert (report.seen, report.changed) == (5, 5)


def test_a_change_made_meanwhile_is_kept_and_encrypted_by_the_next_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store_in_clear(1)
    encrypt_text = FieldCipher.encrypt

    def encrypt_too_late(cipher: FieldCipher, content: bytes, place: Place) -> bytes:
        if content == b"name 0":
            stored_patients().update_one({}, {"$set": {"fullName": "meanwhile"}})
        return encrypt_text(cipher, content, place)

    monkeypatch.setattr(FieldCipher, "encrypt", encrypt_too_late)
    report = report_on(encrypt_stored())
    assert (report.changed, report.contested) == (1, 0)
    assert Patient.objects.get().name == "meanwhile"
    assert isinstance(patients_as_stored()[0]["fullName"], bytes)


def test_a_document_that_changes_constantly_is_counted_and_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store_in_clear(1)
    encrypt_text = FieldCipher.encrypt

    def encrypt_too_late(cipher: FieldCipher, content: bytes, place: Place) -> bytes:
        if content.startswith(b"name"):
            stored_patients().update_one({}, {"$set": {"fullName": f"{content.decode()}x"}})
        return encrypt_text(cipher, content, place)

    monkeypatch.setattr(FieldCipher, "encrypt", encrypt_too_late)
    report = report_on(encrypt_stored())
    assert (report.changed, report.contested, report.is_complete) == (0, 1, False)


def test_a_document_deleted_meanwhile_stays_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    store_in_clear(1)
    encrypt_text = FieldCipher.encrypt

    def delete_first(cipher: FieldCipher, content: bytes, place: Place) -> bytes:
        if content == b"name 0":
            stored_patients().delete_many({})
        return encrypt_text(cipher, content, place)

    monkeypatch.setattr(FieldCipher, "encrypt", delete_first)
    report = report_on(encrypt_stored())
    assert (report.seen, report.changed, report.is_complete) == (0, 0, True)
    assert patients_as_stored() == []


def store_account_in_clear(email: str) -> dict[str, Any]:
    account = Account(
        email=email, email_index=email.casefold(), display_name="Somebody", password_hash="$hash"
    ).save()
    in_clear = {"email": email, "displayName": "Somebody", "emailIndex": email.casefold()}
    collection("accounts").update_one({"_id": account.id}, {"$set": in_clear})
    return collection("accounts").find_one({"_id": account.id}) or {}


def test_apply_gives_an_account_its_blind_index_and_leaves_updated_at() -> None:
    before = store_account_in_clear("Some.Body@example.com")
    encrypt_stored()
    account = Account.objects.get(email_index=blind_index("some.body@example.com"))
    assert (account.email, account.display_name) == ("Some.Body@example.com", "Somebody")
    assert account.updated_at == before["updatedAt"]
    stored = stored_bytes(collection("accounts").find_one())
    assert b"body@" not in stored.lower()
    assert b"Somebody" not in stored


def test_an_account_that_signed_up_again_in_between_is_reported_and_kept() -> None:
    Account.ensure_indexes()
    before = store_account_in_clear("somebody@example.com")
    Account(
        email="somebody@example.com",
        email_index=Account.email_index_for("somebody@example.com"),
        display_name="Again",
        password_hash="$hash",
    ).save()
    (report,) = [report for report in encrypt_stored() if report.name == "accounts"]
    assert report.failures == [f"accounts: another document has the index of {before['_id']}"]
    assert collection("accounts").find_one({"_id": before["_id"]}) == before


@pytest.mark.checklist("auth.encrypt")
def test_after_rotation_the_old_key_is_not_needed(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    Patient(name="홍길동 🔥", aliases=["a"], pet=Pet(name="p")).save()
    verify_keys()
    key = new_key()
    with make_keyed_app(FieldKeys((key, *field_keys.encryption))).app_context():
        assert report_on(rotate_keys()).changed == 1
    with make_keyed_app(FieldKeys((key,))).app_context():
        verify_keys()
        patient = Patient.objects.get()
        assert (patient.name, list(patient.aliases), patient.pet.name) == ("홍길동 🔥", ["a"], "p")
    with pytest.raises(DecryptionError):
        Patient.objects.get()
    with pytest.raises(EncryptionKeyError):
        verify_keys()


def test_rotating_a_second_time_changes_no_document(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    Patient(name="n").save()
    with make_keyed_app(FieldKeys((new_key(), *field_keys.encryption))).app_context():
        rotate_keys()
        before = patients_as_stored()
        assert report_on(rotate_keys()).changed == 0
        assert patients_as_stored() == before


@pytest.mark.checklist("auth.encrypt")
@pytest.mark.parametrize("run", [encrypt_stored, rotate_keys], ids=["apply", "rotate"])
def test_a_wrong_key_stops_before_anything_is_written(
    make_keyed_app: MakeKeyedApp, run: Any
) -> None:
    verify_keys()
    store_in_clear(1)
    Patient(name="kept").save()
    before = [stored_bytes(patient) for patient in patients_as_stored()]
    with (
        make_keyed_app(FieldKeys((new_key(),))).app_context(),
        pytest.raises(EncryptionKeyError),
    ):
        run()
    assert [stored_bytes(patient) for patient in patients_as_stored()] == before


def test_one_unreadable_value_is_named_and_the_old_key_stays_needed(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    verify_keys()
    lost = Patient(name="lost").save()
    stored_patients().update_one({}, {"$set": {"fullName": b"\x01torn"}})
    Patient(name="kept").save()
    with make_keyed_app(FieldKeys((new_key(), *field_keys.encryption))).app_context():
        report = report_on(rotate_keys())
    assert report.changed == 1
    unreadable = "holds a value that no key of FIELD_ENCRYPTION_KEYS opens there"
    assert report.failures == [f"test_patients.fullName {unreadable} (_id {lost.id})"]
    verify_keys()


def test_rotation_leaves_clear_text_to_apply() -> None:
    store_in_clear(1)
    before = patients_as_stored()
    assert report_on(rotate_keys()).changed == 0
    assert patients_as_stored() == before


def test_forged_values_in_a_sealed_database_are_not_encrypted() -> None:
    verify_keys()
    store_in_clear(1)
    before = patients_as_stored()
    for run in (encrypt_stored, rotate_keys):
        report = report_on(run())
        assert (report.changed, report.is_complete) == (0, False)
        assert "this database is sealed" in report.failures[0]
    assert patients_as_stored() == before


def test_apply_without_a_seal_encrypts_what_other_processes_still_store(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    verify_keys()
    store_in_clear(1)
    assert report_on(encrypt_stored(is_sealing=False)).changed == 1
    stored_patients().update_one({}, {"$set": {"fullName": "after"}})
    with make_keyed_app(field_keys).app_context():
        assert Patient.objects.get().name == "after"
        assert report_on(encrypt_stored()).changed == 1
    stored_patients().update_one({}, {"$set": {"fullName": "planted"}})
    with pytest.raises(DecryptionError):
        Patient.objects.get()


@pytest.mark.parametrize("run", [encrypt_stored, rotate_keys], ids=["apply", "rotate"])
def test_values_encrypted_by_an_earlier_release_are_bound_to_their_place(
    field_keys: FieldKeys, run: Any
) -> None:
    store_in_clear(1)
    in_tokens = {"fullName": older_token(field_keys.encryption[0], "name 0")}
    stored_patients().update_one({}, {"$set": in_tokens, "$unset": {"aliases": "", "pet": ""}})
    assert report_on(run()).changed == 1
    assert patients_as_stored()[0]["fullName"][:1] == b"\x01"
    assert Patient.objects.get().name == "name 0"


def make_account(email: str) -> Account:
    return Account(
        email=email,
        email_index=Account.email_index_to_store(email),
        display_name="Somebody",
        password_hash="$hash",
    ).save()


def indexes_of(account: Account) -> Any:
    record = collection("accounts").find_one({"_id": account.id})
    assert record is not None
    return record["emailIndex"]


def test_a_new_index_key_renews_every_index(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    verify_keys()
    account = make_account("Some.Body@example.com")
    old = blind_index("some.body@example.com")
    both = field_keys._replace(index="the index key to come", previous_index=field_keys.index)
    alone = field_keys._replace(index=both.index)
    with make_keyed_app(alone).app_context(), pytest.raises(EncryptionKeyError, match="INDEX"):
        verify_keys()
    with make_keyed_app(both).app_context():
        rotate_keys()
    with make_keyed_app(alone).app_context():
        verify_keys()
        new = blind_index("some.body@example.com")
        assert indexes_of(account) == [new, old]
        rotate_keys()
    assert indexes_of(account) == new


def test_an_interrupted_change_of_the_index_key_keeps_the_old_key_valid(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify_keys()
    accounts = [make_account(f"{number}@example.com") for number in range(3)]
    both = field_keys._replace(index="the index key to come", previous_index=field_keys.index)
    find_indexes = FieldCipher.blind_indexes

    def index_until_killed(cipher: FieldCipher, text: str) -> list[str]:
        if text == "1@example.com":
            raise KeyboardInterrupt
        return find_indexes(cipher, text)

    with make_keyed_app(both).app_context():
        with monkeypatch.context() as patched:
            patched.setattr(FieldCipher, "blind_indexes", index_until_killed)
            with pytest.raises(KeyboardInterrupt):
                rotate_keys()
        # Some have both indexes, some only the old one; processes with any of the keys find them.
        assert {type(indexes_of(account)) for account in accounts} == {list, str}
    for keys in (field_keys, both):
        with make_keyed_app(keys).app_context():
            verify_keys()
            for account in accounts:
                found = Account.objects(__raw__=Account.with_email(account.email)).get()
                assert found.id == account.id
    with make_keyed_app(both).app_context():
        rotate_keys()
        assert {type(indexes_of(account)) for account in accounts} == {list}


def test_renewing_the_check_value_moves_its_timestamp() -> None:
    verify_keys()
    begin = utc_now()
    rotate_keys()
    (check,) = collection(CHECKS).find()
    assert check["createdAt"] <= begin <= check["updatedAt"]
