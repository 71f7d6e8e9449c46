"""Access: each stored password has a salt of its own."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher

from tests.fixtures import sign_ups

if TYPE_CHECKING:
    from pymongo.database import Database

    from tests.fixtures.api import Api

PASSWORD = "one password for all"

pytestmark = pytest.mark.checklist("access.salt")


def sign_up(api: Api, *names: str) -> list[dict[str, str]]:
    """Make accounts of one password over HTTP; return the body of a log-in of each."""
    profiles = [
        {"email": f"{name}@example.com", "password": PASSWORD, "displayName": name}
        for name in names
    ]
    for profile in profiles:
        sign_ups.sign_up(api, profile)
    return [{"email": profile["email"], "password": PASSWORD} for profile in profiles]


def stored_hashes(database: Database[dict[str, Any]]) -> list[str]:
    return [record["passwordHash"] for record in database["accounts"].find()]


def test_accounts_with_the_same_password_have_different_hashes(
    api: Api, database: Database[dict[str, Any]]
) -> None:
    credentials = sign_up(api, "first", "second", "third")
    hashes = stored_hashes(database)
    assert len(set(hashes)) == 3
    assert all(PasswordHasher().verify(stored, PASSWORD) for stored in hashes)
    for body in credentials:
        api.post("/api/v1/auth/login", json=body, status=200)


def test_salts_are_long_and_all_different(api: Api, database: Database[dict[str, Any]]) -> None:
    sign_up(api, "first", "second", "third")
    salts = [b64decode(stored.split("$")[4] + "==") for stored in stored_hashes(database)]
    assert len(set(salts)) == 3
    assert all(len(salt) >= 16 for salt in salts)


def test_the_same_password_set_again_gets_another_salt(
    api: Api, database: Database[dict[str, Any]]
) -> None:
    (credentials,) = sign_up(api, "first")
    pair = api.post("/api/v1/auth/login", json=credentials, status=200).json
    before = stored_hashes(database)
    api.put(
        "/api/v1/me/password",
        headers={"Authorization": f"Bearer {pair['accessToken']}"},
        json={"currentPassword": PASSWORD, "newPassword": PASSWORD},
    )
    assert stored_hashes(database) != before
