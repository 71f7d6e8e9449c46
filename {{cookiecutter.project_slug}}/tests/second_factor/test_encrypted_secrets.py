"""The secret of a second factor is encrypted as other fields are, and renewed with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.encryption import FieldCipher
from config.encryption import generate_fernet_key

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.api import Api
    from tests.fixtures.second_factors import Authenticator


def test_a_secret_is_renewed_with_the_keys_of_encrypted_fields(
    app: Flask, api: Api, authenticator: Authenticator, database: Database[dict[str, Any]]
) -> None:
    settings = app.extensions["settings"]
    before = database.accounts.find_one({})["secondFactor"]["secret"]
    keys = [generate_fernet_key(), *settings.FIELD_ENCRYPTION_KEYS]
    app.extensions["field_cipher"] = FieldCipher(keys, [settings.FIELD_INDEX_KEY])
    assert app.test_cli_runner().invoke(args=["encryption", "rotate"]).exit_code == 0
    assert database.accounts.find_one({})["secondFactor"]["secret"] != before
    app.extensions["field_cipher"] = FieldCipher(keys[:1], [settings.FIELD_INDEX_KEY])
    api.post("/api/v1/auth/login", json=authenticator.credentials(), status=200)
