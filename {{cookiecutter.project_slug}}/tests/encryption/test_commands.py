"""`flask encryption`: what it prints and how it exits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.encryption import service
from app.encryption.service import CollectionReport
from tests.fixtures.encryption import FieldKeys, Patient, new_key, run_command, stored_patients

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.encryption import MakeKeyedApp


def test_apply_says_what_it_did(keyed_app: Flask) -> None:
    Patient(ward="open").save()
    Patient(ward="open").save()
    stored_patients().update_many({}, {"$set": {"fullName": "in clear"}})
    result = run_command(keyed_app, "encryption", "apply")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert {
        "accounts: 0 of 0 documents encrypted",
        "test_patients: 2 of 2 documents encrypted",
    } < {*lines}
    assert lines[-1] == "sealed: nothing is read any more that is not encrypted for its place"


def test_apply_does_not_seal_when_told_not_to(keyed_app: Flask) -> None:
    result = run_command(keyed_app, "encryption", "apply", "--unsealed")
    assert result.exit_code == 0
    assert "sealed" not in result.stdout


@pytest.mark.usefixtures("keyed_app")
def test_rotate_says_what_it_did(make_keyed_app: MakeKeyedApp, field_keys: FieldKeys) -> None:
    Patient(name="n").save()
    rotating = make_keyed_app(FieldKeys((new_key(), *field_keys.encryption)))
    result = run_command(rotating, "encryption", "rotate")
    assert result.exit_code == 0
    assert "test_patients: 1 of 1 documents renewed" in result.stdout.splitlines()


@pytest.mark.parametrize("command", ["apply", "rotate"])
def test_a_wrong_key_is_one_line_and_a_failure(
    keyed_app: Flask, make_keyed_app: MakeKeyedApp, command: str
) -> None:
    run_command(keyed_app, "encryption", "apply")
    other = make_keyed_app(FieldKeys((new_key(),)))
    result = run_command(other, "encryption", command)
    assert result.exit_code == 1
    assert result.output == (
        "Error: FIELD_ENCRYPTION_KEYS does not open what this database holds\n"
    )


def test_unfinished_documents_are_reported_and_are_a_failure(
    keyed_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = CollectionReport(
        "notes", seen=3, changed=1, contested=1, failures=["notes.title holds"]
    )
    monkeypatch.setattr(service, "rotate_keys", lambda: [report])
    result = run_command(keyed_app, "encryption", "rotate")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    #: if not cookiecutter.observability
    # The event has its line there, too.
    assert lines.pop(0).startswith("security=encryption-rotated")
    #: endif
    assert lines == [
        "notes: 1 of 3 documents renewed",
        "notes: 1 changed meanwhile",
        "notes.title holds",
        "Error: not everything is renewed; keep the old keys and run this again",
    ]
