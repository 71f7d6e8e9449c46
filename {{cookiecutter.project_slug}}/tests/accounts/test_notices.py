"""Letters that tell an owner what has happened to the account."""

from __future__ import annotations

import pytest

from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD
from tests.fixtures.crowds import all_at_once
from tests.fixtures.letters import read_letters

LOG_IN = "/api/v1/auth/login"
HERE, THERE = "203.0.113.9", "198.51.100.7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def log_in_from(api):
    """Return a function that logs in from an address, as a browser does."""

    def log_in(account, address, password=PASSWORD, status=200):
        body = {"email": account.email, "password": password}
        api.post(
            LOG_IN,
            json=body,
            status=status,
            headers={"User-Agent": FIREFOX},
            environ_base={"REMOTE_ADDR": address},
        )

    return log_in


def test_a_log_in_from_elsewhere_is_told_once(app, account, log_in_from):
    log_in_from(account, HERE)
    log_in_from(account, HERE)
    assert read_letters(app) == []
    log_in_from(account, THERE)
    log_in_from(account, THERE)
    log_in_from(account, HERE)
    (letter,) = read_letters(app)
    assert (letter.purpose, letter.to) == ("new-place", account.email)
    assert letter.values == {"name": account.display_name, "client": "Firefox on Linux"}


def test_a_wrong_password_from_elsewhere_is_not_told(app, account, log_in_from):
    log_in_from(account, HERE)
    log_in_from(account, THERE, f"{CANARY} of another mine", status=401)
    assert read_letters(app) == []


def test_a_place_is_new_until_its_owner_can_be_told(app, account, log_in_from, database):
    log_in_from(account, HERE)
    places = [f"198.51.{number}.1" for number in range(6)]
    for place in places:
        log_in_from(account, place)
    assert len(read_letters(app)) == 5
    # An hour later.
    database.counters.update_many({}, {"$set": {"windowEnds": 0}})
    for place in places:
        log_in_from(account, place)
    assert len(read_letters(app)) == 6


@pytest.mark.usefixtures("long_hashes")
def test_log_ins_from_two_places_at_once_do_not_forget_each_other(app, account, database):
    def log_in(number):
        # The first log-ins of all, of which nobody is told.
        place = {"REMOTE_ADDR": f"198.51.{number}.1"}
        client = app.test_client()
        return client.post(LOG_IN, json=account.credentials, environ_base=place).status_code

    assert all_at_once(log_in, range(2)) == [200, 200]
    assert len(database.accounts.find_one()["knownAddresses"]) == 2


def test_a_changed_password_is_told_in_the_accounts_language(api, app, make_account):
    account = make_account(language="ko")
    body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    api.put("/api/v1/me/password", account, json=body)
    (letter,) = read_letters(app)
    assert (letter.purpose, letter.to, letter.language) == (
        "password-changed",
        account.email,
        "ko",
    )
