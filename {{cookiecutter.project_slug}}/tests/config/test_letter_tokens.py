"""Lifetimes of the tokens in letters."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from config.testing import Testing


@pytest.mark.parametrize(
    "lifetime",
    [
        {"RESET_TOKEN_SECONDS": 119},
        {"RESET_TOKEN_SECONDS": 86_401},
        {"CONFIRM_TOKEN_SECONDS": 7199},
        {"CONFIRM_TOKEN_SECONDS": 604_801},
        {"CONFIRM_TOKEN_SECONDS": 86_400, "UNCONFIRMED_SECONDS": 86_399},
    ],
)
def test_a_lifetime_that_helps_nobody_is_refused(lifetime):
    with pytest.raises(ValidationError):
        Testing(**lifetime)


def test_the_shortest_lifetimes_are_taken():
    Testing(RESET_TOKEN_SECONDS=120, CONFIRM_TOKEN_SECONDS=7200, UNCONFIRMED_SECONDS=7200)
