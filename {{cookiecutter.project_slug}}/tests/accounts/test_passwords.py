"""Passwords: Argon2id at OWASP's minimum, and the same work for unknown accounts."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import Type
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.accounts import passwords
from app.errors import InvalidInputError
from tests.fixtures.accounts import PASSWORD

pytestmark = pytest.mark.usefixtures("real_hashes")


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
def test_invalid_hashes_match_no_password(broken):
    assert not passwords.is_correct(PASSWORD, broken)


def test_every_space_of_unicode_is_one_space():
    everything = map(chr, range(sys.maxunicode + 1))
    spaces = [each for each in everything if unicodedata.category(each) == "Zs"]
    assert len(spaces) > 10
    assert passwords.prepare("".join(spaces)) == " " * len(spaces)


@pytest.mark.usefixtures("_context")
def test_without_an_account_every_password_is_wrong():
    assert not passwords.is_correct("nobody has this password", None)


@pytest.fixture
def spend(monkeypatch):
    """Return a function that tries a wrong password on a hash; it returns the KiB that it cost."""
    done = []
    hash_really = PasswordHasher.hash

    def verify(_hasher, stored_hash, _password):
        cost = extract_parameters(stored_hash)
        done.append(cost.time_cost * cost.memory_cost // cost.parallelism)
        raise VerifyMismatchError

    def hash_(hasher, password):
        done.append(hasher.time_cost * hasher.memory_cost // hasher.parallelism)
        return hash_really(hasher, password)

    def spend(stored_hash, password=PASSWORD):
        done.clear()
        assert not passwords.is_correct(password, stored_hash)
        return sum(done)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    monkeypatch.setattr(PasswordHasher, "hash", hash_)
    return spend


@pytest.mark.checklist("auth.max-retry")
@pytest.mark.parametrize(
    "grown", [{"ARGON2_TIME_COST": 5}, {"ARGON2_MEMORY_KIB": 24_000}], ids=["passes", "memory"]
)
def test_a_wrong_password_costs_the_same_whatever_is_stored(make_app, stored, spend, grown):
    with make_app(**grown).app_context():
        new = passwords.hash_password(PASSWORD)
        spend(None)
        costs = {spend(each) for each in (None, stored, new, "", "no hash")}
    assert costs == {grown.get("ARGON2_TIME_COST", 2) * grown.get("ARGON2_MEMORY_KIB", 19_456)}


@pytest.mark.checklist("auth.max-retry")
def test_a_hash_that_costs_slightly_more_does_not_cause_an_error(make_app, stored, spend):
    costlier = PasswordHasher(2, 19_458, 1).hash(PASSWORD)
    with make_app().app_context():
        spend(None)
        assert spend(costlier) == 2 * 19_458
        # Argon2 uses 8 KiB at least.
        assert {spend(each) for each in (None, stored)} == {2 * 19_456 + 8}


@pytest.mark.checklist("auth.max-retry")
def test_after_an_expensive_hash_all_others_cost_as_much(make_app, stored, spend):
    costlier = PasswordHasher(4, 19_456, 1).hash(PASSWORD)
    with make_app(ARGON2_TIME_COST=3).app_context():
        # Making the decoy is not counted.
        spend(None)
        assert spend(costlier) == 4 * 19_456
        assert {spend(each) for each in (None, stored, costlier)} == {4 * 19_456}


@pytest.mark.checklist("auth.max-retry")
def test_a_password_of_two_forms_costs_twice_for_known_and_unknown_accounts(
    make_app, stored, spend
):
    apart = unicodedata.normalize("NFD", "비밀번호는 한글이다")
    with make_app(ARGON2_MEMORY_KIB=25_000).app_context():
        spend(None)
        assert {spend(each, apart) for each in (None, stored)} == {2 * 2 * 25_000}


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("x7Gh2kL", "8 to 256"),
        ("x7Gh2kLp", None),
        ("x7Gh2kLp" * 32, None),
        ("x7Gh2kLp" * 32 + "x", "8 to 256"),
        (unicodedata.normalize("NFD", "바람이불어오는곳"), None),
        (unicodedata.normalize("NFD", "바람이불어오는"), "8 to 256"),
        ("비밀번호는 한글이다", None),
        ("나는 오늘도 밥을 먹었다", None),
        ("correct horse battery", None),
        ("👨\u200d👩\u200d👧 at the sea 🌊", None),
        ("tab\tin the middle of it", "control"),
        ("password", "guess"),
        ("\N{FULLWIDTH LATIN SMALL LETTER P}assword", "guess"),
        ("P@ssw0rd!", "guess"),
        ("qwer1234", "guess"),
        ("asdf1234!", "guess"),
        ("dkssudgktpdy", "guess"),
        ("비밀번호1234", "guess"),
        ("😀" * 8, "guess"),
        ("가" * 256, "guess"),
        ("password" * 32, "guess"),
        ("\u3000" * 8, "guess"),
        ("kim.minji@example.com", "guess"),
        ("KimMinji1990", "guess"),
        ("welcome123", "guess"),
        ("minji-kim-minji", "guess"),
        ("김민지김민지김!", "guess"),
        ("kimminji and the whale", None),
    ],
)
def test_a_new_password_must_not_be_easy_to_guess(password, complaint):
    def check():
        passwords.check_new(password, "/here", "Kim.Minji@example.com", "김민지")

    if complaint is None:
        check()
        return
    with pytest.raises(InvalidInputError) as raised:
        check()
    (error,) = raised.value.errors
    assert error.pointer == "/here"
    assert complaint in error.detail
    assert password not in error.detail


@pytest.mark.checklist("auth.standards")
def test_the_3000_most_common_passwords_are_refused():
    """Names are taken out of them, too: "welcome" has the "com" of an address in it."""
    long_enough = [each for each in FREQUENCY_LISTS["passwords"] if len(each) >= 8]
    for password in long_enough[:3000]:
        with pytest.raises(InvalidInputError):
            passwords.check_new(password, "/here", "minji@example.com", "김민지")


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("auth.standards")
def test_a_long_password_counts_to_its_last_character():
    password = "x7Gh2kLp" * 32
    stored = passwords.hash_password(password)
    assert passwords.is_correct(password, stored)
    for other in (password[:-1], f"{password}x", password.swapcase()):
        assert not passwords.is_correct(other, stored)


@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize(("name", "slug"), [("X", "x_api"), ("1", "api_1"), ("책", "bookshop")])
def test_a_short_name_of_the_service_is_a_name_too(monkeypatch, name, slug):
    monkeypatch.setattr(passwords, "_SERVICE", (name, slug))
    for password in (f"{slug}2026", f"{name}{slug}123"):
        with pytest.raises(InvalidInputError):
            passwords.check_new(password, "/here", "minji@example.com", "김민지")


def test_zxcvbn_gets_only_short_texts(monkeypatch):
    given = []
    monkeypatch.setattr(
        passwords, "zxcvbn", lambda text: given.append(text) or {"guesses": len(given)}
    )
    with pytest.raises(InvalidInputError):
        passwords.check_new("".join(map(chr, range(0x4E00, 0x4F00))), "/here")
    assert len("".join(given)) == 256
    assert max(map(len, given)) == 16


def test_zxcvbn_gets_each_piece_once_and_has_a_limit(monkeypatch):
    given = []
    monkeypatch.setattr(passwords, "zxcvbn", lambda text: given.append(text) or {"guesses": 1})
    with pytest.raises(InvalidInputError):
        passwords.check_new("0123456789abcdef" * 16, "/here")
    assert given == ["0123456789abcdef"]
    given.clear()
    with pytest.raises(InvalidInputError):
        # Eighteen characters each, once they are folded.
        passwords.check_new("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 256, "/here")
    assert sum(map(len, given)) <= 256


@pytest.mark.usefixtures("_context")
def test_a_hash_of_these_settings_is_kept(stored):
    assert not passwords.needs_rehash(stored, PASSWORD)


def test_a_hash_of_lower_settings_needs_a_rehash(make_app, stored):
    for growth in ({"ARGON2_TIME_COST": 3}, {"ARGON2_MEMORY_KIB": 32_768}):
        with make_app(**growth).app_context():
            assert passwords.needs_rehash(stored, PASSWORD)
