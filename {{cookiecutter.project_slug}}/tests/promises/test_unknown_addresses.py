"""Nobody is told whether an address is known: by status, body, headers or time."""

from __future__ import annotations

import time
from itertools import count
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fixtures.accounts import CANARY, PASSWORD
from tests.fixtures.sign_ups import SIGN_UP

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from pymongo.database import Database
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import MakeAccount
    from tests.fixtures.application import MakeApp

LOG_IN: Final = "/api/v1/auth/login"
RESET: Final = "/api/v1/auth/password-reset"
PATHS: Final = {"sign-up": SIGN_UP, "log-in": LOG_IN, "reset": RESET}
# What differs from answer to answer.
OF_EACH: Final = {
    "X-Request-ID",
    #: if cookiecutter.throttling
    "RateLimit",
    #: endif
}
SAMPLES: Final = 40
# Of the time: a difference below it could not be seen over a network.
TOLERANCE: Final = 0.1

_NUMBERS: Final = count(1)

pytestmark = pytest.mark.checklist("auth.max-retry")


@pytest.fixture
def app_of_many(make_app: MakeApp) -> Flask:
    """Return an app whose limits are too high for these tests."""
    most = {
        "MAIL_LIMIT": 1000,
        "LOGIN_MAX_RETRY": 100,
        "LOGIN_ACCOUNT_MAX_RETRY": 10_000,
        "LOGIN_ADDRESS_MAX_RETRY": 10_000,
        #: if cookiecutter.throttling
        "RATELIMIT_AUTH": "100000 per minute",
        #: endif
    }
    return make_app(**most)


@pytest.fixture
def emails(app_of_many: Flask, make_account: MakeAccount) -> dict[str, Callable[[], str]]:
    """Return what makes an address that is unknown, known, or not confirmed yet.

    An address that signs up is not unknown any more.
    """
    known = make_account(app=app_of_many).email
    unconfirmed = {"email": "unconfirmed@example.com", "password": PASSWORD, "displayName": "A"}
    assert app_of_many.test_client().post(SIGN_UP, json=unconfirmed).status_code == 202
    return {
        "new": lambda: f"nobody-{next(_NUMBERS)}@example.com",
        "unknown": lambda: "nobody@example.com",
        "known": lambda: known,
        "unconfirmed": lambda: unconfirmed["email"],
    }


def body_of(operation: str, email: str) -> dict[str, str]:
    """Return what is sent; nobody knows the password."""
    bodies: dict[str, dict[str, str]] = {
        "sign-up": {"email": email, "password": f"{CANARY} of mine", "displayName": "A"},
        "log-in": {"email": email, "password": f"{CANARY} of another mine"},
        "reset": {"email": email},
    }
    return bodies[operation]


def told(answer: TestResponse) -> tuple[Any, ...]:
    """Return what an answer tells, without what differs in any case."""
    headers = [(name, text) for name, text in answer.headers if name not in OF_EACH]
    body = dict(answer.json) if answer.data else {}
    return answer.status_code, sorted(headers), {**body, "requestId": "", "instance": ""}


@pytest.mark.parametrize("operation", PATHS)
def test_every_address_is_answered_alike(
    app_of_many: Flask, emails: dict[str, Callable[[], str]], operation: str
) -> None:
    client = app_of_many.test_client()
    answers = [
        told(client.post(PATHS[operation], json=body_of(operation, make_email())))
        for make_email in emails.values()
    ]
    assert answers.count(answers[0]) == len(answers)


@pytest.mark.parametrize("operation", PATHS)
@pytest.mark.parametrize("kind", ["known", "unconfirmed"])
def test_every_address_takes_the_same_time(
    app_of_many: Flask,
    emails: dict[str, Callable[[], str]],
    database: Database[dict[str, Any]],
    operation: str,
    kind: str,
) -> None:
    """Quartiles of two samples overlap, taken by turns so that both see the same machine."""
    client = app_of_many.test_client()
    unknown = "new" if operation == "sign-up" else "unknown"
    taken: dict[str, list[float]] = {unknown: [], kind: []}
    for _ in range(SAMPLES):
        # As workers do meanwhile.
        database.accounts.update_many({}, {"$set": {"pendingLetters": []}})
        for each, times in taken.items():
            body = body_of(operation, emails[each]())
            began = time.perf_counter()
            client.post(PATHS[operation], json=body)
            times.append(time.perf_counter() - began)
    (low, median, high), (other_low, _, other_high) = (
        quantiles(times, n=4) for times in taken.values()
    )
    room = TOLERANCE * median
    assert low <= other_high + room
    assert other_low <= high + room
