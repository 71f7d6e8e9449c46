"""The secret of a second factor is sealed for its account and its place there."""

from __future__ import annotations

#: if cookiecutter.field_encryption
from typing import TYPE_CHECKING, Any

#: else
from typing import TYPE_CHECKING

#: endif
from uuid import uuid4

import pytest

#: if cookiecutter.field_encryption
from app.encryption import FieldCipher

#: endif
from app.second_factor.sealing import seal, unseal

#: if cookiecutter.field_encryption
from config.encryption import generate_fernet_key

#: else
from config.strong_secrets import generate_secret
#: endif

if TYPE_CHECKING:
    from flask import Flask

    #: if cookiecutter.field_encryption
    from pymongo.database import Database

    from tests.fixtures.api import Api
    #: else

    from tests.fixtures.application import MakeApp

    #: endif
    from tests.fixtures.second_factors import Authenticator

MEMBER = "secondFactor"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN = "/api/v1/auth/login"


def test_a_sealed_secret_is_opened_in_its_place_alone(app: Flask) -> None:
    account_id = uuid4()
    with app.app_context():
        sealed = seal(SECRET, account_id, MEMBER)
        assert SECRET.encode() not in sealed
        assert sealed != seal(SECRET, account_id, MEMBER)
        assert unseal(sealed, account_id, MEMBER) == SECRET
        for place in ((uuid4(), MEMBER), (account_id, "pendingSecondFactor")):
            with pytest.raises(RuntimeError):
                unseal(sealed, *place)


#: if cookiecutter.field_encryption


def test_a_secret_is_renewed_with_the_keys_of_encrypted_fields(
    app: Flask, api: Api, authenticator: Authenticator, database: Database[dict[str, Any]]
) -> None:
    keys = app.extensions["settings"].FIELD_ENCRYPTION_KEYS
    before = database.accounts.find_one({})[MEMBER]["secret"]
    renewing = FieldCipher([generate_fernet_key(), *keys], _index_keys(app))
    app.extensions["field_cipher"] = renewing
    assert app.test_cli_runner().invoke(args=["encryption", "rotate"]).exit_code == 0
    after = database.accounts.find_one({})[MEMBER]["secret"]
    assert before != after
    api.post(LOGIN, json=authenticator.credentials(), status=200)


def _index_keys(app: Flask) -> list[str]:
    return [app.extensions["settings"].FIELD_INDEX_KEY]


#: else


def test_recovery_codes_log_in_after_a_new_secret_key(
    make_app: MakeApp, authenticator: Authenticator
) -> None:
    client = make_app(SECRET_KEY=generate_secret()).test_client()
    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        client.post(LOGIN, json=authenticator.credentials())
    recovery = authenticator.credentials(authenticator.recovery_codes[0])
    assert client.post(LOGIN, json=recovery).status_code == 200


#: endif
