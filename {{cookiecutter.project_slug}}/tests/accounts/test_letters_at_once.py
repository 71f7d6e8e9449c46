"""Fifty at once who cause letters, over HTTP and by real SMTP: none comes twice for one cause."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.accounts.models import Account, stored_accounts
from app.database.documents import utc_now
from app.jobs.models import Job, JobState
from app.mail import letters
from app.mail.letters import Purpose
from tests.fixtures.accounts import NEW_PASSWORD, PASSWORD
from tests.fixtures.attacks import UNHURRIED
from tests.fixtures.crowds import all_at_once
from tests.fixtures.letters import CONFIRM
from tests.fixtures.mail import deliver_all
from tests.fixtures.sign_ups import SIGN_UP

MANY = 50
WORKERS = 8
# What MAIL_LIMIT leaves after one letter: no more are written to an address.
ROOM = 4
LOG_IN = "/api/v1/auth/login"
ASK = "/api/v1/auth/password-reset"
RESET = f"{ASK}/confirm"
EMAIL = "minji@example.com"
GOOD = {"email": EMAIL, "password": PASSWORD, "displayName": "김민지"}
CREDENTIALS = {"email": EMAIL, "password": PASSWORD}

pytestmark = [pytest.mark.checklist("auth.standards"), pytest.mark.usefixtures("long_hashes")]


@pytest.fixture
def crowded_app(make_app, mail_server):
    """Return an app that lets fifty in at once, and whose letters go to `mail_server`."""
    return make_app(MAIL_URI=mail_server.uri, **UNHURRIED)


@pytest.fixture
def ask(crowded_app):
    """Return what posts these bodies all at once, and returns the sorted statuses."""

    def ask(path, bodies):
        return sorted(
            all_at_once(
                lambda body: crowded_app.test_client().post(path, json=body).status_code, bodies
            )
        )

    return ask


@pytest.fixture
def count_one(crowded_app):
    """Return what counts one letter of a purpose to an address, or to an account.

    Where fifty at once are the first, the embedded database counts some of them twice.
    """

    def count_one(purpose, who=None):
        with crowded_app.app_context():
            assert letters.has_room(who or Account.email_index_for(EMAIL), purpose)

    return count_one


@pytest.fixture
def deliver(crowded_app, mail_server):
    """Return what lets several workers send all letters, and returns what came."""

    def work(_):
        with crowded_app.app_context():
            for account in stored_accounts().find({}, {"_id": 1}):
                letters.release(account["_id"])
        deliver_all(crowded_app)

    def deliver():
        # What is sent once is not sent again by those who come later.
        for _ in range(2):
            all_at_once(work, range(WORKERS))
        names = [letter["Message-ID"] for letter in mail_server.taken]
        assert len(names) == len({*names}) == Job.objects(state=JobState.DONE).count()
        assert Job.objects(state__ne=JobState.DONE).count() == 0
        return [letter.get_body(("plain",)).get_content() for letter in mail_server.taken]

    return deliver


def tokens_in(texts):
    """Return the tokens of letters; no two have the same."""
    tokens = [re.search(r"#([\w-]+)", text)[1] for text in texts]
    assert len(tokens) == len({*tokens})
    return tokens


def test_of_fifty_sign_ups_at_once_one_account_comes_to_be(ask, deliver, count_one, database):
    count_one(Purpose.CONFIRM)
    bodies = [{**GOOD, "displayName": f"person {number}"} for number in range(MANY)]
    assert ask(SIGN_UP, bodies) == [202] * MANY
    (stored,) = database.accounts.find()
    assert "unconfirmedUntil" in stored
    tokens = tokens_in(deliver())
    # Each sign-up that another one has not overtaken before it was stored has its letter.
    assert 1 <= len(tokens) <= ROOM
    # The newest alone counts.
    statuses = ask(CONFIRM, [{"token": token} for token in tokens])
    assert statuses == [204, *[422] * (len(tokens) - 1)]


def test_of_fifty_sign_ups_at_once_the_owner_gets_as_many_letters_as_of_few(
    ask, deliver, count_one, make_account, crowded_app
):
    make_account(app=crowded_app, email=EMAIL)
    count_one(Purpose.ACCOUNT_EXISTS)
    assert ask(SIGN_UP, [GOOD] * MANY) == [202] * MANY
    texts = deliver()
    assert len(texts) == ROOM
    assert "#" not in "".join(texts)


def test_of_fifty_requests_to_reset_at_once_one_letter_counts(
    ask, deliver, count_one, make_account, crowded_app
):
    make_account(app=crowded_app, email=EMAIL)
    count_one(Purpose.RESET)
    assert ask(ASK, [{"email": EMAIL}] * MANY) == [202] * MANY
    tokens = tokens_in(deliver())
    assert len(tokens) == ROOM
    bodies = [{"token": token, "newPassword": NEW_PASSWORD} for token in tokens]
    assert ask(RESET, bodies) == [204, *[422] * (ROOM - 1)]
    # It tells of itself, once.
    assert len(deliver()) == ROOM + 1


def test_of_fifty_log_ins_at_once_one_sends_the_letter_again(ask, deliver, database):
    assert ask(SIGN_UP, [GOOD]) == [202]
    assert len(deliver()) == 1
    before = utc_now() - timedelta(seconds=3601)
    database.accounts.update_one({}, {"$set": {"letterTokens.confirm.issuedAt": before}})
    # A busy machine may take too long.
    assert {*ask(LOG_IN, [CREDENTIALS] * MANY)} <= {403, 503}
    first, again = tokens_in(deliver())
    assert ask(CONFIRM, [{"token": first}, {"token": again}]) == [204, 422]


def test_of_fifty_log_ins_from_a_new_place_at_once_one_tells_the_owner(
    ask, deliver, count_one, make_account, crowded_app
):
    owner = make_account(app=crowded_app, email=EMAIL, known_addresses=["elsewhere"])
    count_one(Purpose.NEW_PLACE, owner.id)
    statuses = ask(LOG_IN, [CREDENTIALS] * MANY)
    assert 200 in statuses
    assert {*statuses} <= {200, 503}
    assert len(deliver()) == 1
