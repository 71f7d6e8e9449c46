"""Tokens in letters: what is stored of them, and what they count for."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import pytest

from app.accounts import letter_tokens
from app.accounts.errors import SpentTokenError
from app.mail.letters import Purpose
from tests.fixtures.accounts import NEW_PASSWORD, PASSWORD
from tests.fixtures.letters import CONFIRM, read_token
from tests.fixtures.sign_ups import SIGN_UP

ASK = "/api/v1/auth/password-reset"
RESET = f"{ASK}/confirm"

pytestmark = pytest.mark.checklist("auth.standards")


@pytest.fixture
def asked(api, app, account):
    """Return the token of a letter that resets the account's password."""
    api.post(ASK, json={"email": account.email}, status=202)
    return read_token(app, account.email, "reset")


def test_a_token_is_long_random_and_of_one_account(api, app, account, asked):
    api.post(ASK, json={"email": account.email}, status=202)
    another = read_token(app, account.email, "reset")
    first, second = (urlsafe_b64decode(token) for token in (asked, another))
    assert len(first) == 48
    assert first[:16] == second[:16] == account.id.bytes
    assert first[16:] != second[16:]


@pytest.mark.checklist("input.no-secret-url")
def test_no_server_logs_the_token_of_a_link(app, account):
    with app.app_context():
        links = [
            letter_tokens.issue(purpose, account.id).link
            for purpose in (Purpose.CONFIRM, Purpose.CHANGE_EMAIL, Purpose.RESET)
        ]
    assert [link.partition("#")[0] for link in links] == [
        "https://app.test/account/confirm",
        "https://app.test/account/confirm",
        "https://app.test/account/reset-password",
    ]
    assert all(len(link.partition("#")[2]) == 64 for link in links)


def test_an_account_has_a_hash_of_its_token_and_nothing_of_it(asked, database):
    stored = database.accounts.find_one()["letterTokens"]
    assert set(stored) == {"reset"}
    assert set(stored["reset"]) == {"hash", "issuedAt", "expiresAt"}
    assert asked[22:] not in repr(stored)
    assert len(bytes.fromhex(stored["reset"]["hash"])) == 32


def test_a_token_counts_for_its_purpose_alone(api, app, asked, account):
    body = {"email": "a@example.com", "password": PASSWORD, "displayName": "A"}
    api.post(SIGN_UP, json=body, status=202)
    confirming = read_token(app, "a@example.com")
    api.post(RESET, json={"token": confirming, "newPassword": NEW_PASSWORD}, status=422)
    api.post(CONFIRM, json={"token": asked}, status=422)
    with app.app_context():
        assert letter_tokens.find(asked, Purpose.RESET).account_id == account.id


def test_a_hash_of_another_purpose_is_worth_nothing(app, asked, database):
    """Whoever can write into an account still cannot turn one letter into another."""
    stored = database.accounts.find_one()["letterTokens"]["reset"]
    database.accounts.update_one({}, {"$set": {"letterTokens.confirm": stored}})
    with app.app_context(), pytest.raises(SpentTokenError):
        letter_tokens.find(asked, Purpose.CONFIRM)


def test_a_token_counts_for_its_account_alone(app, asked, stranger, database):
    (stored,) = database.accounts.find({"letterTokens.reset": {"$exists": True}})
    planted = {"letterTokens": stored["letterTokens"]}
    database.accounts.update_one({"_id": stranger.id}, {"$set": planted})
    forged = letter_tokens.urlsafe_b64encode(stranger.id.bytes + urlsafe_b64decode(asked)[16:])
    with app.app_context(), pytest.raises(SpentTokenError):
        letter_tokens.find(forged.decode(), Purpose.RESET)
