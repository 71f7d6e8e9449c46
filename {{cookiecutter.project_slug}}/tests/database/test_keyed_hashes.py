"""Keyed hashes: the same for the same text, and nothing that can be tried out without the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.database.keyed_hashes import hash_for, id_for, keyed_hash
from config.strong_secrets import generate_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.fixtures.application import MakeApp


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_it_is_hmac_sha256() -> None:
    # RFC 4231, test case 2.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert keyed_hash(b"Jefe", "what do ya want for nothing?").hex() == expected


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert hash_for("counters", "192.0.2.7") == hash_for("counters", "192.0.2.7")
    assert hash_for("counters", "192.0.2.7") != hash_for("counters", "192.0.2.8")
    assert hash_for("counters", "192.0.2.7") != hash_for("other", "192.0.2.7")


def test_another_secret_makes_other_hashes(make_app: MakeApp) -> None:
    here = hash_for("counters", "192.0.2.7"), id_for("counters", "192.0.2.7")
    with make_app(SECRET_KEY=generate_secret()).app_context():
        assert hash_for("counters", "192.0.2.7") != here[0]
        assert id_for("counters", "192.0.2.7") != here[1]


def test_an_id_is_a_uuid_of_version_8() -> None:
    identifier = id_for("counters", "192.0.2.7")
    assert str(identifier)[14] == "8"
    assert str(identifier)[19] in "89ab"
