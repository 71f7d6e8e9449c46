"""Nobody is told whether an address is known: by status, body, headers or time."""

from __future__ import annotations

import os
import time
from itertools import count
from random import SystemRandom
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Final

import pytest

#: if cookiecutter.throttling
from app.throttle import Throttle, app_throttle
from app.throttle.stores import LimitsStore
#: endif
#: if cookiecutter.mail
from tests.fixtures.accounts import CANARY, PASSWORD
#: else
from tests.fixtures.accounts import CANARY
#: endif
from tests.fixtures.admins import suspend
#: if cookiecutter.mail
from tests.fixtures.sign_ups import SIGN_UP
#: endif

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    #: if cookiecutter.mail
    from pymongo.database import Database
    #: endif
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import MakeAccount
    from tests.fixtures.application import MakeApp
    from tests.fixtures.queries import Listen
    #: if cookiecutter.second_factor
    from tests.fixtures.second_factors import SetUp
    #: endif

    Emails = dict[str, Callable[[], str]]

LOG_IN: Final = "/api/v1/auth/login"
PATHS: Final = {
    "log-in": LOG_IN,
    #: if cookiecutter.mail
    "sign-up": SIGN_UP,
    "reset": "/api/v1/auth/password-reset",
    #: endif
}
# What differs from answer to answer.
OF_EACH: Final = {
    "X-Request-ID",
    # Of a jail, which one is in later than another.
    "Retry-After",
    #: if cookiecutter.throttling
    "RateLimit",
    #: endif
}
# More of them show a smaller difference: with 200 the quartiles move by a hundredth.
SAMPLES: Final = int(os.environ.get("TEST_TIMING_SAMPLES", "30"))
# Of the time: a difference below it could not be seen over a network.
TOLERANCE: Final = 0.1
JAIL_SECONDS: Final = 3600
# The test client's.
JAILED_AT: Final = "127.0.0.1"
MOST_FAILURES: Final = 50

_NUMBERS: Final = count(1)

pytestmark = pytest.mark.checklist("auth.max-retry")


@pytest.fixture
def most() -> dict[str, Any]:
    """Return settings with limits that are too high for these tests."""
    return {
        #: if cookiecutter.mail
        "MAIL_LIMIT": 1000,
        #: endif
        "LOGIN_MAX_RETRY": 100,
        "LOGIN_ACCOUNT_MAX_RETRY": 10_000,
        "LOGIN_ADDRESS_MAX_RETRY": 10_000,
        #: if cookiecutter.throttling
        "RATELIMIT_AUTH": "100000 per minute",
        #: endif
    }


@pytest.fixture
def app_of_many(make_app: MakeApp, most: dict[str, Any]) -> Flask:
    """Return an app whose limits are too high for these tests."""
    return make_app(**most)


@pytest.fixture
def jail(make_app: MakeApp, most: dict[str, Any]) -> Callable[[str], None]:
    """Return what jails an address, known or not: another app has a lower limit."""
    times = {"LOGIN_JAIL_SECONDS": JAIL_SECONDS, "LOGIN_JAIL_MAX_SECONDS": JAIL_SECONDS}
    strict = make_app(**{**most, **times, "LOGIN_MAX_RETRY": 1})

    def jail(email: str) -> None:
        wrong = {"email": email, "password": f"{CANARY} of another mine"}
        statuses = [strict.test_client().post(LOG_IN, json=wrong).status_code for _ in range(2)]
        assert statuses == [401, 429]

    return jail


@pytest.fixture
def emails(
    app_of_many: Flask,
    jail: Callable[[str], None],
    make_account: MakeAccount,
    #: if cookiecutter.second_factor
    set_up_second_factor: SetUp,
    #: endif
) -> Emails:
    """Return what makes an address of each kind.

    One that signs up is not unknown any more.
    """
    people = {
        kind: make_account(app=app_of_many)
        for kind in (
            "known",
            "known here",
            "suspended",
            "jailed",
            #: if cookiecutter.second_factor
            "with a second factor",
            #: endif
        )
    }
    # Where an owner has logged in before, fewer failures count.
    for place in {at("known here", number) for number in range(SAMPLES)}:
        credentials = people["known here"].credentials
        environ = {"REMOTE_ADDR": place}
        client = app_of_many.test_client()
        assert client.post(LOG_IN, json=credentials, environ_base=environ).status_code == 200
    with app_of_many.app_context():
        suspend(people["suspended"])
    #: if cookiecutter.second_factor
    set_up_second_factor(people["with a second factor"], app=app_of_many)
    #: endif
    jailed = "jailed-nobody@example.com"
    for email in (people["jailed"].email, jailed):
        jail(email)
    fixed = {kind: person.email for kind, person in people.items()}
    fixed |= {"unknown": "nobody@example.com", "unknown and jailed": jailed}
    #: if cookiecutter.mail
    fixed["unconfirmed"] = "unconfirmed@example.com"
    unconfirmed = {"email": fixed["unconfirmed"], "password": PASSWORD, "displayName": "A"}
    assert app_of_many.test_client().post(SIGN_UP, json=unconfirmed).status_code == 202
    #: endif
    made: Emails = {kind: lambda email=email: email for kind, email in fixed.items()}  # type: ignore[misc]  # mypy infers no default
    made["new"] = lambda: f"nobody-{next(_NUMBERS)}@example.com"
    return made


def at(kind: str, number: int = 0) -> str:
    """Return where a request comes from: after so many wrong log-ins another place."""
    return JAILED_AT if "jailed" in kind else f"192.0.2.{number // MOST_FAILURES}"


def pairs_of(operation: str, emails: Emails) -> list[tuple[str, str]]:
    """Return each kind of address with the unknown one that it must not differ from."""
    unknown = {"new", "unknown", "unknown and jailed"}
    kinds = [kind for kind in emails if kind not in unknown]
    if operation == "log-in":
        return [(kind, f"unknown{' and jailed' * (kind == 'jailed')}") for kind in kinds]
    # Only a log-in asks where it comes from.
    kinds.remove("known here")
    if operation == "sign-up":
        return [(kind, "new") for kind in kinds]
    return [(kind, "unknown") for kind in (*kinds, "unknown and jailed")]


def ask(app: Flask, operation: str, email: str, place: str) -> TestResponse:
    """Ask for an operation; nobody knows the password."""
    bodies: dict[str, dict[str, str]] = {
        "log-in": {"email": email, "password": f"{CANARY} of another mine"},
        #: if cookiecutter.mail
        "sign-up": {"email": email, "password": f"{CANARY} of mine", "displayName": "A"},
        "reset": {"email": email},
        #: endif
    }
    environ = {"REMOTE_ADDR": place}
    path, body = PATHS[operation], bodies[operation]
    return app.test_client().post(path, json=body, environ_base=environ)


def told(answer: TestResponse) -> tuple[Any, ...]:
    """Return what an answer tells, without what differs in any case."""
    headers = [(name, "" if name in OF_EACH else text) for name, text in answer.headers]
    body = dict(answer.json) if answer.data else {}
    return answer.status_code, sorted(headers), {**body, "requestId": "", "instance": ""}


@pytest.mark.parametrize("operation", PATHS)
def test_every_address_is_answered_alike(
    app_of_many: Flask, emails: Emails, operation: str
) -> None:
    for pair in pairs_of(operation, emails):
        answer, other = (
            told(ask(app_of_many, operation, emails[kind](), at(kind))) for kind in pair
        )
        assert answer == other, pair


@pytest.mark.parametrize("operation", [name for name in PATHS if name != "sign-up"])
def test_every_address_takes_as_many_round_trips(
    app_of_many: Flask, emails: Emails, listen: Listen, operation: str
) -> None:
    """Beside a hash these are most of the time. A sign-up writes an account, or another letter."""
    #: if cookiecutter.throttling
    # Its own counters are asked for now and then.
    app_throttle.bind(app_of_many, Throttle(LimitsStore("memory://")))
    #: endif
    for pair in pairs_of(operation, emails):
        numbers = []
        for kind in pair:
            with listen() as commands:
                ask(app_of_many, operation, emails[kind](), at(kind))
            numbers.append(len(commands))
        assert numbers[0] == numbers[1], pair


@pytest.mark.parametrize("operation", PATHS)
def test_every_address_takes_the_same_time(
    app_of_many: Flask,
    emails: Emails,
    #: if cookiecutter.mail
    database: Database[dict[str, Any]],
    #: endif
    operation: str,
) -> None:
    """Quartiles of two samples overlap, taken by turns so that all see the same machine."""
    pairs = pairs_of(operation, emails)
    taken: dict[str, list[float]] = {each: [] for pair in pairs for each in pair}
    for number in range(SAMPLES):
        #: if cookiecutter.mail
        # As workers do meanwhile.
        database.accounts.update_many({}, {"$set": {"pendingLetters": []}})
        #: endif
        # Whoever comes after a slow one must not always be the same.
        for kind in SystemRandom().sample([*taken], len(taken)):
            email = emails[kind]()
            place = at(kind, number)
            began = time.perf_counter()
            ask(app_of_many, operation, email, place)
            taken[kind].append(time.perf_counter() - began)
    parts = {kind: quantiles(times, n=4) for kind, times in taken.items()}
    for kind, unknown in pairs:
        (low, _, high), (other_low, median, other_high) = parts[kind], parts[unknown]
        room = TOLERANCE * median
        assert low <= other_high + room, (kind, parts)
        assert other_low <= high + room, (kind, parts)
