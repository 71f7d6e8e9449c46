"""Nobody is told by the time of an answer whether an address is known.

tests/promises/test_unknown_addresses.py counts the work, which no busy machine disturbs.
"""

from __future__ import annotations

import time
from random import SystemRandom
from statistics import quantiles
#: if cookiecutter.mail
from typing import TYPE_CHECKING, Any, Final
#: else
from typing import TYPE_CHECKING, Final
#: endif

import pytest

from tests.fixtures.emails import PATHS, SAMPLES, ask, at, pairs_of

if TYPE_CHECKING:
    from flask import Flask
    #: if cookiecutter.mail
    from pymongo.database import Database
    #: endif

    from tests.fixtures.emails import Emails

# Of the time: a difference below it could not be seen over a network.
TOLERANCE: Final = 0.1

pytestmark = [pytest.mark.checklist("auth.max-retry"), pytest.mark.usefixtures("real_hashes")]


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
