"""Letters that tell an owner what has happened to the account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fixtures.accounts import CANARY, NEW_PASSWORD, PASSWORD
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


def test_of_many_log_ins_from_elsewhere_at_once_one_is_told(app, account, log_in_from):
    log_in_from(account, HERE)

    def log_in(_number):
        client = app.test_client()
        place = {"REMOTE_ADDR": THERE}
        return client.post(LOG_IN, json=account.credentials, environ_base=place).status_code

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(log_in, range(8))] == [200] * 8
    assert len(read_letters(app)) == 1


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
