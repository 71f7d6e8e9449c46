"""An owner is told when a second factor is set up and when it is removed."""

from __future__ import annotations

import pytest

from app.second_factor import service
from tests.fixtures.letters import read_letters
from tests.fixtures.second_factors import SECOND_FACTOR

SET_UP, REMOVED = "second-factor-set-up", "second-factor-removed"


@pytest.fixture
def authenticator(account, set_up_second_factor):
    return set_up_second_factor(account)


def _removal(authenticator, code):
    return {"currentPassword": authenticator.person.password, "code": code}


@pytest.mark.usefixtures("authenticator")
def test_one_that_is_set_up_is_told(app, account):
    (letter,) = read_letters(app)
    assert (letter.purpose, letter.to) == (SET_UP, account.email)
    assert letter.values == {"name": account.display_name}


def test_one_that_is_removed_is_told(api, app, authenticator):
    body = _removal(authenticator, authenticator.code())
    api.delete(SECOND_FACTOR, authenticator.person, json=body, status=204)
    assert [letter.purpose for letter in read_letters(app)] == [SET_UP, REMOVED]


def test_a_wrong_code_is_not_told(api, app, authenticator):
    body = _removal(authenticator, "aaaa-aaaa-aaaa-aaaa")
    api.delete(SECOND_FACTOR, authenticator.person, json=body, status=403)
    assert [letter.purpose for letter in read_letters(app)] == [SET_UP]


@pytest.mark.usefixtures("authenticator")
def test_one_that_an_operator_removes_is_told_once(app, account):
    with app.app_context():
        assert service.remove_for(account.id)
        assert not service.remove_for(account.id)
    assert [letter.purpose for letter in read_letters(app)] == [SET_UP, REMOVED]
