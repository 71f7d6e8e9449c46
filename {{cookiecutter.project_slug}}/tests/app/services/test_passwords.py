"""Passwords: Argon2id at OWASP's floor, and the same work whether or not anybody is there."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from app.services import passwords
from tests.fixtures.accounts import PASSWORD


@pytest.fixture
def _context(app):
    with app.app_context():
        yield


@pytest.fixture(scope="module")
def stored() -> str:
    """Return a hash of PASSWORD as it would be stored."""
    return PasswordHasher(2, 19_456, 1).hash(PASSWORD)


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.standards")
def test_a_hash_is_argon2id_at_owasps_floor():
    parameters = extract_parameters(passwords.hash_password(PASSWORD))
    assert parameters.type is Type.ID
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (2, 19_456, 1)


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("access.salt")
def test_one_password_has_many_hashes():
    one, other = passwords.hash_password(PASSWORD), passwords.hash_password(PASSWORD)
    assert one != other
    assert passwords.is_correct(PASSWORD, one)
    assert passwords.is_correct(PASSWORD, other)


@pytest.mark.usefixtures("_context")
@pytest.mark.parametrize(
    "wrong", ["", PASSWORD.upper(), f"{PASSWORD} ", "비밀번호", "\ud55c" * 256]
)
def test_another_password_is_wrong(stored, wrong):
    assert not passwords.is_correct(wrong, stored)


@pytest.mark.usefixtures("_context")
@pytest.mark.parametrize(
    "broken", ["", "plain text", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"]
)
def test_what_is_no_hash_belongs_to_no_password(broken):
    assert not passwords.is_correct(PASSWORD, broken)


@pytest.mark.usefixtures("_context")
def test_nobody_has_no_password():
    assert not passwords.is_correct("nobody has this password", None)


@pytest.mark.usefixtures("_context")
def test_looking_for_nobody_costs_one_hash_as_well(monkeypatch, stored):
    verified = []

    def verify(_hasher, stored_hash, _password):
        verified.append(extract_parameters(stored_hash))
        return True

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    passwords.is_correct(PASSWORD, stored)
    passwords.is_correct(PASSWORD, None)
    assert len(verified) == 2
    assert verified[0] == verified[1]


@pytest.mark.usefixtures("_context")
def test_a_hash_of_these_settings_is_kept(stored):
    assert not passwords.needs_rehash(stored)


def test_a_hash_of_lower_settings_is_to_be_made_anew(make_app, stored):
    for growth in ({"ARGON2_TIME_COST": 3}, {"ARGON2_MEMORY_KIB": 32_768}):
        with make_app(**growth).app_context():
            assert passwords.needs_rehash(stored)
