"""Where a second factor is on, no log-in goes without it, and its codes cannot be guessed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fixtures.database import read_all
from tests.fixtures.second_factors import SECOND_FACTOR, begin

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.application import MakeApp
    from tests.fixtures.second_factors import Authenticator, SetUp

LOGIN: Final = "/api/v1/auth/login"
MOST: Final = 3
WRONG: Final = "wrong-credentials"


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """Return an app that jails after few failures."""
    return make_app(LOGIN_MAX_RETRY=MOST)


def attempt(api: Api, authenticator: Authenticator, code: str, **request: Any) -> TestResponse:
    """Log in with a code; no status is expected."""
    return api.client.post(LOGIN, json=authenticator.credentials(code), **request)


def problem(answer: TestResponse) -> str:
    return str(answer.json.get("type")).removeprefix("/problems/")


@pytest.mark.checklist("auth.standards")
def test_a_code_counts_once(api: Api, authenticator: Authenticator) -> None:
    code = authenticator.code()
    assert attempt(api, authenticator, code).status_code == 200
    answer = attempt(api, authenticator, code)
    assert (answer.status_code, problem(answer)) == (401, WRONG)
    # Nor does an older one, though it would be near enough.
    assert attempt(api, authenticator, authenticator.code(-1)).status_code == 401
    assert attempt(api, authenticator, authenticator.code(1)).status_code == 200


@pytest.mark.checklist("auth.standards")
def test_the_code_that_confirmed_it_counts_no_more(api: Api, authenticator: Authenticator) -> None:
    assert attempt(api, authenticator, authenticator.code(-1)).status_code == 401


@pytest.mark.checklist("auth.standards")
def test_a_recovery_code_counts_once(api: Api, authenticator: Authenticator) -> None:
    first, second, *_ = authenticator.recovery_codes
    for code in (first, second.upper().replace("-", " ")):
        assert attempt(api, authenticator, code).status_code == 200
        assert attempt(api, authenticator, code).status_code == 401
    assert api.get(SECOND_FACTOR, authenticator.person).json["recoveryCodesLeft"] == 8


@pytest.mark.usefixtures("long_hashes")
@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize("kind", ["of the app", "recovery"])
def test_of_fifty_log_ins_with_one_code_one_succeeds(
    make_app: MakeApp, account: Person, set_up_second_factor: SetUp, kind: str
) -> None:
    app = make_app(
        LOGIN_MAX_RETRY=100,
        #: if cookiecutter.throttling
        RATELIMIT_AUTH="1000 per minute",
        #: endif
    )
    authenticator = set_up_second_factor(account, app=app)
    code = authenticator.code() if kind == "of the app" else authenticator.recovery_codes[0]
    credentials = authenticator.credentials(code)

    def log_in(_: int) -> int:
        return app.test_client().post(LOGIN, json=credentials).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = [*pool.map(log_in, range(50))]
    assert statuses.count(200) == 1
    assert {*statuses} <= {200, 401, 503}


@pytest.mark.checklist("auth.max-retry")
def test_codes_are_counted_by_account_and_jailed(
    api: Api, authenticator: Authenticator, make_account: MakeAccount
) -> None:
    # From another address each time, and with the right password in between.
    for number in range(MOST):
        here = {"environ_base": {"REMOTE_ADDR": f"192.0.2.{number}"}}
        answer = attempt(api, authenticator, "000000", **here)
        assert (answer.status_code, problem(answer)) == (401, WRONG)
        answer = attempt(api, authenticator, "", **here)
        assert answer.status_code in {401, 422}
    answer = attempt(api, authenticator, authenticator.code())
    assert (answer.status_code, problem(answer)) == (429, "login-jailed")
    assert attempt(api, authenticator, authenticator.recovery_codes[0]).status_code == 429
    stranger = make_account()
    api.post(LOGIN, json=stranger.credentials, status=200)


@pytest.mark.checklist("auth.max-retry")
def test_a_stolen_session_guesses_no_code_either(api: Api, authenticator: Authenticator) -> None:
    given = {"currentPassword": authenticator.person.password, "code": "000000"}
    pair = api.post(LOGIN, json=authenticator.credentials(), status=200).json
    another = {"Authorization": f"Bearer {pair['accessToken']}"}
    for number in range(MOST):
        headers = another if number % 2 else authenticator.person.headers
        api.delete(SECOND_FACTOR, headers=headers, json=given, status=403)
    right = {**given, "code": authenticator.code(1)}
    for headers in (another, authenticator.person.headers):
        api.delete(SECOND_FACTOR, headers=headers, json=right, status=429)
    assert attempt(api, authenticator, authenticator.code(1)).status_code == 429


@pytest.mark.checklist("auth.max-retry")
def test_first_codes_are_counted_too(api: Api, account: Person) -> None:
    begin(api, account)
    for _ in range(MOST):
        api.post(f"{SECOND_FACTOR}/confirm", account, json={"code": "0"}, status=403)
    api.post(f"{SECOND_FACTOR}/confirm", account, json={"code": "0"}, status=429)


@pytest.mark.checklist("auth.max-retry")
def test_a_right_code_clears_the_count(api: Api, authenticator: Authenticator) -> None:
    for code in authenticator.recovery_codes[:3]:
        for _ in range(MOST - 1):
            assert attempt(api, authenticator, "000000").status_code == 401
        assert attempt(api, authenticator, code).status_code == 200


@pytest.mark.checklist("auth.max-retry")
def test_a_wrong_password_does_not_tell_a_second_factor(
    api: Api, authenticator: Authenticator, make_account: MakeAccount
) -> None:
    def shape(email: str, **code: str) -> tuple[int, dict[str, Any]]:
        body = {"email": email, "password": "a wrong guess", **code}
        answer = api.client.post(LOGIN, json=body)
        return answer.status_code, answer.json | {"requestId": "", "instance": ""}

    emails = (authenticator.person.email, make_account().email, "nobody@example.com")
    for code in ({}, {"code": authenticator.code()}, {"code": authenticator.recovery_codes[0]}):
        first, *others = (shape(email, **code) for email in emails)
        assert first[1]["type"] == f"/problems/{WRONG}"
        assert others == [first, first]
    # Nothing was used up.
    assert len(authenticator.recovery_codes) == 10
    assert attempt(api, authenticator, authenticator.code()).status_code == 429
    shown = api.get(SECOND_FACTOR, authenticator.person).json
    assert shown["recoveryCodesLeft"] == 10


@pytest.mark.usefixtures("real_hashes")
@pytest.mark.checklist("auth.max-retry")
def test_work_and_so_time_does_not_tell_a_second_factor(
    make_app: MakeApp, make_account: MakeAccount, set_up_second_factor: SetUp
) -> None:
    app = make_app(LOGIN_MAX_RETRY=100, ARGON2_TIME_COST=6)
    protected = set_up_second_factor(make_account(app=app), app=app)
    seconds: dict[str, list[float]] = {protected.person.email: [], make_account(app=app).email: []}
    for _ in range(5):
        for email, taken in seconds.items():
            body = {"email": email, "password": "a wrong guess", "code": protected.code()}
            # The CPU time of this thread: other load on the machine does not matter.
            start = time.thread_time()
            assert app.test_client().post(LOGIN, json=body).status_code == 401
            taken.append(time.thread_time() - start)
    with_one, without = (min(taken) for taken in seconds.values())
    assert 0.7 < with_one / without < 1.4


@pytest.mark.checklist("output.no-secrets")
def test_secret_and_codes_are_answered_once_and_never_stored_or_logged(
    api: Api,
    account: Person,
    set_up_second_factor: SetUp,
    database: Database[dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    authenticator = set_up_second_factor(account)
    recovery = authenticator.recovery_codes
    code = authenticator.code()
    told = [
        attempt(api, authenticator, "000000"),
        attempt(api, authenticator, recovery[0]),
        attempt(api, authenticator, code),
        api.get(SECOND_FACTOR, authenticator.person),
        api.get("/api/v1/me", authenticator.person),
        api.get("/api/v1/me/sessions", authenticator.person),
    ]
    removal = {"currentPassword": account.password, "code": "000000"}
    told.append(api.delete(SECOND_FACTOR, authenticator.person, json=removal, status=403))
    plain = [each.replace("-", "") for each in recovery]
    secrets = [authenticator.secret, *recovery, *plain]
    places = {
        "answers": " ".join(answer.text for answer in told),
        "lines": " ".join(f"{vars(record)}" for record in caplog.records),
        "database": str(read_all(database)),
    }
    for name, text in places.items():
        assert not [secret for secret in secrets if secret in text], name
    # Six digits may come about by chance anywhere but in an answer's words.
    assert code not in places["answers"]
