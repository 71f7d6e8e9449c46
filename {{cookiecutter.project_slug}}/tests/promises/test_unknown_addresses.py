"""Nobody is told whether an address is known: by status, body, headers or work.

tests/mechanics/test_unknown_addresses.py takes the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from argon2 import PasswordHasher, extract_parameters

#: if cookiecutter.throttling
from app.throttle import Throttle, app_throttle
from app.throttle.stores import LimitsStore
#: endif
from tests.fixtures.emails import PATHS, ask, at, pairs_of

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fixtures.emails import Emails
    from tests.fixtures.queries import Listen

# What differs from answer to answer.
OF_EACH: Final = {
    "X-Request-ID",
    # Of a jail, which one is in later than another.
    "Retry-After",
    #: if cookiecutter.throttling
    "RateLimit",
    #: endif
}

pytestmark = [pytest.mark.checklist("auth.max-retry"), pytest.mark.usefixtures("real_hashes")]


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """Return a list of the costs of each Argon2 hash that is made from now on."""
    costs: list[tuple[int, int, int]] = []
    hash_really, verify_really = PasswordHasher.hash, PasswordHasher.verify

    def hash_(self: PasswordHasher, *args: Any, **options: Any) -> str:
        costs.append((self.time_cost, self.memory_cost, self.parallelism))
        return hash_really(self, *args, **options)

    def verify(self: PasswordHasher, stored_hash: str, password: str) -> bool:
        cost = extract_parameters(stored_hash)
        costs.append((cost.time_cost, cost.memory_cost, cost.parallelism))
        return verify_really(self, stored_hash, password)

    monkeypatch.setattr(PasswordHasher, "hash", hash_)
    monkeypatch.setattr(PasswordHasher, "verify", verify)
    return costs


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


@pytest.mark.parametrize("operation", PATHS)
def test_every_address_takes_as_many_round_trips(
    app_of_many: Flask, emails: Emails, listen: Listen, operation: str
) -> None:
    """Beside hashes these are most of the time."""
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
def test_every_address_takes_the_same_hashes(
    app_of_many: Flask, emails: Emails, hashes: list[tuple[int, int, int]], operation: str
) -> None:
    """They are most of the time."""
    for pair in pairs_of(operation, emails):
        made = []
        for kind in pair:
            hashes.clear()
            ask(app_of_many, operation, emails[kind](), at(kind))
            made.append(sorted(hashes))
        assert made[0] == made[1], pair
