"""A stored check value tells an app whether its keys are those of this database."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from app.database.documents import collection
from app.encryption.cipher import CHECKS, KNOWN_TEXT
from app.encryption.key_check import (
    EncryptionKeyError,
    SealMissingError,
    renew_check,
    seal_database,
    unseal_database,
    verify_keys,
)
from tests.fixtures.encryption import FieldKeys, Patient, new_key, older_token, stored_patients

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.encryption import MakeKeyedApp

PROCESS = """
import sys
from types import SimpleNamespace
import mongoengine
from flask import Flask
from app import encryption
from app.encryption.key_check import verify_keys
uri, key, index_key = sys.argv[1:]
mongoengine.connect(host=uri, uuidRepresentation="standard", tz_aware=True)
app = Flask("first")
app.extensions["settings"] = SimpleNamespace(
    FIELD_ENCRYPTION_KEYS=(key,),
    FIELD_INDEX_KEY=index_key,
    FIELD_INDEX_KEY_PREVIOUS=None,
    FIELD_ENCRYPTION_STRICT=False,
)
encryption.init_app(app)
print("ready", flush=True)
sys.stdin.readline()
with app.app_context():
    verify_keys()
"""


pytestmark = pytest.mark.usefixtures("keyed_app")


def stored_check() -> dict[str, Any]:
    (check,) = collection(CHECKS).find()
    return check


def test_the_first_app_writes_the_check_value() -> None:
    verify_keys()
    check = stored_check()
    members = {"_id", "keyCheck", "indexCheck", "seal", "createdAt", "updatedAt"}
    assert set(check) == members
    assert isinstance(check["_id"], UUID)
    assert KNOWN_TEXT not in check["keyCheck"]


def test_verifying_again_changes_nothing() -> None:
    verify_keys()
    before = stored_check()
    verify_keys()
    assert stored_check() == before


@pytest.mark.checklist("auth.encrypt")
def test_another_encryption_key_is_refused_and_changes_nothing(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    verify_keys()
    before = stored_check()
    with (
        make_keyed_app(field_keys._replace(encryption=(new_key(),))).app_context(),
        pytest.raises(EncryptionKeyError, match=r"^FIELD_ENCRYPTION_KEYS does not open what"),
    ):
        verify_keys()
    assert stored_check() == before


def test_another_index_key_is_refused(make_keyed_app: MakeKeyedApp, field_keys: FieldKeys) -> None:
    verify_keys()
    with (
        make_keyed_app(field_keys._replace(index="another")).app_context(),
        pytest.raises(EncryptionKeyError, match=r"^FIELD_INDEX_KEY does not open what"),
    ):
        verify_keys()


def test_a_key_may_be_added(make_keyed_app: MakeKeyedApp, field_keys: FieldKeys) -> None:
    verify_keys()
    with make_keyed_app(FieldKeys((new_key(), *field_keys.encryption))).app_context():
        verify_keys()


def test_a_renewed_check_value_needs_no_older_key(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    verify_keys()
    before = stored_check()
    key = new_key()
    with make_keyed_app(FieldKeys((key, *field_keys.encryption))).app_context():
        renew_check()
    with make_keyed_app(FieldKeys((key,))).app_context():
        verify_keys()
    assert stored_check()["createdAt"] == before["createdAt"]
    with pytest.raises(EncryptionKeyError):
        verify_keys()


def test_a_wrong_key_is_refused_even_if_the_check_value_was_lost(
    make_keyed_app: MakeKeyedApp,
) -> None:
    Patient(name="kept").save()
    with (
        make_keyed_app(FieldKeys((new_key(),))).app_context(),
        pytest.raises(EncryptionKeyError),
    ):
        verify_keys()
    assert collection(CHECKS).count_documents({}) == 0
    verify_keys()
    assert stored_patients().count_documents({}) == 1


def test_sixteen_first_threads_write_one_check_value(keyed_app: Flask) -> None:
    barrier = Barrier(16)

    def verify(_: int) -> None:
        with keyed_app.app_context():
            barrier.wait()
            verify_keys()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(verify, range(16)))
    assert collection(CHECKS).count_documents({}) == 1


def test_of_two_first_apps_with_different_keys_one_is_refused(
    keyed_app: Flask, make_keyed_app: MakeKeyedApp
) -> None:
    apps = [keyed_app, make_keyed_app(FieldKeys((new_key(),)))]
    barrier = Barrier(2)

    def is_refused(app: Flask) -> bool:
        with app.app_context():
            barrier.wait()
            try:
                verify_keys()
            except EncryptionKeyError:
                return True
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(is_refused, apps)) == [False, True]


def test_two_first_processes_write_one_check_value(mongodb_uri: str, field_keys: FieldKeys) -> None:
    command = [sys.executable, "-c", PROCESS, mongodb_uri, *field_keys.encryption, field_keys.index]
    with (
        subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) as one,
        subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) as other,
    ):
        # Both are told to go only when both are ready.
        for process in (one, other):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
    assert (one.returncode, other.returncode) == (0, 0)
    verify_keys()
    assert collection(CHECKS).count_documents({}) == 1


def test_a_new_database_is_sealed_and_one_with_documents_is_not(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys, caplog: pytest.LogCaptureFixture
) -> None:
    verify_keys()
    assert "seal" in stored_check()
    assert caplog.messages == []
    collection(CHECKS).delete_many({})
    Patient(name="from before").save()
    with make_keyed_app(field_keys).app_context():
        verify_keys()
    assert "seal" not in stored_check()
    assert caplog.messages == [
        "clear text and tokens of earlier releases are read: run flask encryption apply"
    ]


def test_a_check_value_of_an_earlier_release_is_read(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    verify_keys()
    token = older_token(field_keys.encryption[0], KNOWN_TEXT.decode())
    changes = {"$set": {"keyCheck": token}, "$unset": {"seal": ""}}
    collection(CHECKS).update_one({}, changes)
    with make_keyed_app(field_keys).app_context():
        verify_keys()
    with (
        make_keyed_app(FieldKeys((new_key(),))).app_context(),
        pytest.raises(EncryptionKeyError),
    ):
        verify_keys()


def test_a_seal_cannot_be_forged(make_keyed_app: MakeKeyedApp, field_keys: FieldKeys) -> None:
    verify_keys()
    # An attacker with write access has values that the key opens elsewhere.
    collection(CHECKS).update_one({}, {"$set": {"seal": stored_check()["keyCheck"]}})
    with (
        make_keyed_app(field_keys).app_context(),
        pytest.raises(EncryptionKeyError),
    ):
        verify_keys()


def test_a_strict_app_wants_the_seal_and_keeps_it(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    verify_keys()
    strict = field_keys._replace(is_strict=True)
    with make_keyed_app(strict).app_context():
        verify_keys()
        with pytest.raises(SealMissingError):
            unseal_database()
    unseal_database()
    with (
        make_keyed_app(strict).app_context(),
        pytest.raises(SealMissingError, match="FIELD_ENCRYPTION_STRICT asks for"),
    ):
        verify_keys()
    seal_database()
    with make_keyed_app(strict).app_context():
        verify_keys()


def test_a_renewed_check_value_keeps_the_seal(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    verify_keys()
    key = new_key()
    with make_keyed_app(FieldKeys((key, *field_keys.encryption))).app_context():
        renew_check()
    with make_keyed_app(FieldKeys((key,), is_strict=True)).app_context():
        verify_keys()
