"""Accounts as they are stored, and the members that they show."""

from __future__ import annotations

import pytest
from mongoengine import NotUniqueError

from app.accounts.models import Account, Profile
from app.database import preparation

SPELLINGS = ["minji@example.com", "MinJi@example.com", "MINJI@EXAMPLE.COM"]


@pytest.mark.parametrize("email", SPELLINGS)
def test_an_account_is_found_by_every_spelling_of_its_address(app, email):
    with app.app_context():
        assert Account.email_index_for(email) == Account.email_index_for(SPELLINGS[0])


def test_addresses_that_differ_are_told_apart(app):
    with app.app_context():
        addresses = [
            "minji@example.com",
            "minji@example.org",
            "min.ji@example.com",
            "민지@example.com",
        ]
        assert len({Account.email_index_for(address) for address in addresses}) == 4


def test_the_database_refuses_a_second_account_of_one_address(app, make_account):
    with app.app_context():
        preparation.prepare()
    make_account(email="minji@example.com")
    with pytest.raises(NotUniqueError):
        make_account(email="MinJi@example.com")


def test_a_profile_is_read_without_building_a_document(app, account, database):
    with app.app_context():
        profile = Profile.from_record(database.accounts.find_one())
        stored = Account.objects.get()
    assert profile == Profile(
        account.id, account.email, account.display_name, stored.created_at, stored.updated_at
    )


def test_a_profile_shows_neither_hash_nor_sessions():
    assert set(Profile.__slots__) == {"id", "email", "display_name", "created_at", "updated_at"}


def test_members_are_stored_in_camel_case(account, database):
    (stored,) = database.accounts.find()
    assert set(stored) == {
        "_id",
        "email",
        "emailIndex",
        "displayName",
        "passwordHash",
        #: if cookiecutter.oauth == "client"
        "identities",
        #: endif
        "sessions",
        "roles",
        "credentialVersion",
        "knownAddresses",
        "createdAt",
        "updatedAt",
    }
    assert set(stored["sessions"][0]) == {
        "id",
        "refreshId",
        "createdAt",
        "expiresAt",
        "lastUsedAt",
    }
    assert stored["_id"] == account.id
