"""Log-in attempts are limited, then jailed, and do not reveal which accounts exist."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.api import Api

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import LogIn, MakeAccount, Person
    from tests.fixtures.application import MakeApp

pytestmark = pytest.mark.checklist("auth.max-retry")

LOGIN = "/api/v1/auth/login"
MOST = 3
# Longer than a few attempts take on a busy machine.
JAIL_SECONDS = 2
GUESS = "a wrong guess"
UNKNOWN = "nobody@example.com"


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """Return an app that jails after few failures and for a short time."""
    return make_app(LOGIN_MAX_RETRY=MOST, LOGIN_JAIL_SECONDS=JAIL_SECONDS)


def attempt(api: Api, email: str, password: str = GUESS, **request: Any) -> TestResponse:
    """Try to log in; no status is expected."""
    return api.client.post(LOGIN, json={"email": email, "password": password}, **request)


def statuses(api: Api, email: str, times: int, **request: Any) -> list[int]:
    return [attempt(api, email, **request).status_code for _ in range(times)]


def test_wrong_passwords_end_in_a_jail_that_the_right_one_does_not_open(
    api: Api, account: Person
) -> None:
    assert statuses(api, account.email, MOST) == [401] * MOST
    for password in (GUESS, account.password):
        answer = attempt(api, account.email, password)
        assert answer.status_code == 429
        assert answer.json["type"] == "/problems/login-jailed"
        assert answer.headers["Retry-After"] == str(JAIL_SECONDS)


def test_jail_covers_every_spelling_of_an_email(api: Api, account: Person) -> None:
    assert statuses(api, account.email, MOST - 1) == [401] * (MOST - 1)
    assert statuses(api, account.email.upper(), 1) == [401]
    assert attempt(api, account.email, account.password).status_code == 429


def test_another_account_of_the_same_address_still_logs_in(
    api: Api, account: Person, stranger: Person, log_in: LogIn
) -> None:
    assert statuses(api, account.email, MOST + 1)[-1] == 429
    log_in(stranger)


def test_jail_ends_on_time_although_attempts_went_on(
    api: Api, account: Person, log_in: LogIn
) -> None:
    statuses(api, account.email, MOST)
    problems = [attempt(api, account.email) for _ in range(5)]
    assert {problem.status_code for problem in problems} == {429}
    time.sleep(int(problems[0].headers["Retry-After"]))
    log_in(account)


def test_each_further_jail_is_longer(api: Api, account: Person) -> None:
    statuses(api, account.email, MOST)
    time.sleep(int(attempt(api, account.email).headers["Retry-After"]))
    assert statuses(api, account.email, MOST) == [401] * MOST
    assert attempt(api, account.email).headers["Retry-After"] == str(2 * JAIL_SECONDS)


def test_success_resets_the_count(api: Api, account: Person, log_in: LogIn) -> None:
    for _ in range(3):
        assert statuses(api, account.email, MOST - 1) == [401] * (MOST - 1)
        log_in(account)


def test_address_that_tries_many_accounts_is_jailed(make_app: MakeApp, account: Person) -> None:
    api = Api(make_app(LOGIN_ADDRESS_MAX_RETRY=4))
    for number in range(4):
        assert attempt(api, f"guess-{number}@example.com").status_code == 401
    here = attempt(api, account.email, account.password)
    assert (here.status_code, here.json["type"]) == (429, "/problems/login-jailed")
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    assert attempt(api, account.email, account.password, **elsewhere).status_code == 200


def test_address_cannot_clear_its_count_by_an_account_of_its_own(
    make_app: MakeApp, account: Person
) -> None:
    api = Api(make_app(LOGIN_ADDRESS_MAX_RETRY=4))
    for number in range(4):
        assert attempt(api, account.email, account.password).status_code == 200
        assert attempt(api, f"guess-{number}@example.com").status_code == 401
    assert attempt(api, "another@example.com").status_code == 429


def test_stranger_cannot_lock_an_owner_out_of_the_owners_addresses(
    make_app: MakeApp, account: Person
) -> None:
    api = Api(make_app(LOGIN_ACCOUNT_MAX_RETRY=4, LOGIN_ADDRESS_MAX_RETRY=8))
    home, elsewhere, abroad = (
        {"environ_base": {"REMOTE_ADDR": f"192.0.2.{number}"}} for number in range(3)
    )
    assert attempt(api, account.email, account.password, **home).status_code == 200
    assert statuses(api, account.email, 3, **elsewhere) == [401] * 3
    assert attempt(api, account.email, **abroad).status_code == 401
    # From an unknown address the account is jailed now.
    assert attempt(api, account.email, account.password, **abroad).status_code == 429
    assert attempt(api, account.email, account.password, **home).status_code == 200
    for number in range(9):
        attempt(api, f"guess-{number}@example.com", **home)
    assert attempt(api, "another@example.com", **home).status_code == 429
    assert attempt(api, account.email, account.password, **home).status_code == 200
    # The owner's address does not allow endless guessing either.
    assert statuses(api, account.email, MOST + 3, **home)[-1] == 429


def test_jail_does_not_affect_open_sessions(api: Api, account: Person) -> None:
    assert statuses(api, account.email, MOST + 1)[-1] == 429
    change = {"currentPassword": account.password, "newPassword": "quite another one"}
    answer = api.client.put("/api/v1/me/password", json=change, headers=account.headers)
    assert answer.status_code < 300


def test_client_cannot_name_another_address(make_app: MakeApp) -> None:
    api = Api(make_app(LOGIN_ADDRESS_MAX_RETRY=4))
    seen = [
        attempt(
            api, f"guess-{number}@example.com", headers={"X-Forwarded-For": f"192.0.2.{number}"}
        ).status_code
        for number in range(5)
    ]
    assert seen == [401] * 4 + [429]


def test_password_cannot_be_guessed_by_changing_it(api: Api, account: Person) -> None:
    guess = {"currentPassword": GUESS, "newPassword": "another one"}
    for _ in range(MOST):
        api.put("/api/v1/me/password", account, json=guess, status=403)
    right = {"currentPassword": account.password, "newPassword": "another one"}
    api.put("/api/v1/me/password", account, json=right, status=429)


def test_neither_status_nor_answer_tells_an_unknown_account(api: Api, account: Person) -> None:
    def shape(answer: TestResponse) -> tuple[int, dict[str, Any], dict[str, str]]:
        document = answer.json | {"requestId": "", "instance": ""}
        # What is left of the limit depends only on how often this address asked.
        headers = {name: text for name, text in answer.headers if not name.startswith("Rate")}
        return answer.status_code, document, headers | {"X-Request-ID": ""}

    known, unknown = (
        [shape(attempt(api, email)) for _ in range(MOST + 2)] for email in (account.email, UNKNOWN)
    )
    assert known == unknown
    assert [status for status, _, _ in known] == [401] * MOST + [429] * 2


@pytest.mark.usefixtures("real_hashes")
def test_work_and_so_time_does_not_tell_an_unknown_account(
    make_app: MakeApp, make_account: MakeAccount
) -> None:
    app = make_app(LOGIN_MAX_RETRY=100, ARGON2_TIME_COST=6)
    emails = (make_account(app=app).email, UNKNOWN)
    seconds: dict[str, list[float]] = {email: [] for email in emails}
    for _ in range(5):
        for email in emails:
            # The CPU time of this thread: other load on the machine does not matter.
            start = time.thread_time()
            assert attempt(Api(app), email).status_code == 401
            seconds[email].append(time.thread_time() - start)
    known, unknown = (min(seconds[email]) for email in emails)
    assert 0.7 < unknown / known < 1.4
