"""There is always an admin, whatever happens at once and wherever a process dies."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from app.accounts import admins, standing
from app.accounts.errors import LastAdminError
from app.accounts.roles import Role
from app.errors import NotFoundError
from tests.fixtures.admins import find_active, find_listed, grant, revoke, suspend


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


def test_the_list_begins_with_the_first_admin(account, stranger, database):
    grant(stranger, Role.STAFF)
    assert find_listed(database) == set()
    grant(account)
    grant(account)
    assert find_listed(database) == find_active(database) == {account.id}
    stored = database.admins.find_one({})
    assert stored["announced"] == []
    assert stored["createdAt"] < stored["updatedAt"]


@pytest.mark.parametrize("take", [revoke, suspend])
def test_the_last_admin_stays(account, stranger, database, take):
    grant(account)
    grant(stranger)
    take(stranger)
    with pytest.raises(LastAdminError):
        take(account)
    assert find_listed(database) == find_active(database) == {account.id}


def test_of_a_suspended_admin_the_role_can_be_taken(account, stranger, database):
    grant(account)
    grant(stranger)
    suspend(stranger)
    revoke(stranger)
    suspend(stranger, is_suspended=False)
    assert find_listed(database) == find_active(database) == {account.id}


def test_a_suspended_account_that_gets_the_role_stands_in_for_nobody(account, stranger, database):
    grant(account)
    suspend(stranger)
    grant(stranger)
    assert find_listed(database) == {account.id}
    with pytest.raises(LastAdminError):
        revoke(account)
    suspend(stranger, is_suspended=False)
    revoke(account)
    assert find_listed(database) == find_active(database) == {stranger.id}


def test_nobody_becomes_an_admin_who_is_not_there(database):
    with pytest.raises(NotFoundError):
        standing.change(uuid4(), lambda before: replace(before, roles=frozenset({Role.ADMIN})))
    assert find_listed(database) == set()


@pytest.mark.parametrize("take", [revoke, suspend])
def test_what_was_left_half_way_is_safe_and_a_second_try_completes_it(
    account, stranger, database, monkeypatch, take
):
    grant(account)
    grant(stranger)
    with monkeypatch.context() as patch:
        patch.setattr(standing, "_store", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take(stranger)
    assert find_listed(database) == {account.id}
    with pytest.raises(LastAdminError):
        take(account)
    take(stranger)
    assert find_active(database) == {account.id}


def test_whoever_was_made_an_admin_half_way_is_listed_by_a_second_try(
    account, stranger, database, monkeypatch
):
    grant(account)
    with monkeypatch.context() as patch:
        patch.setattr(admins, "take_in", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            grant(stranger)
    with pytest.raises(LastAdminError):
        revoke(account)
    grant(stranger)
    revoke(account)
    assert find_listed(database) == find_active(database) == {stranger.id}


def test_a_role_that_is_taken_before_it_is_listed_is_not_listed_later(
    account, stranger, database, monkeypatch
):
    grant(account)
    take_in, is_first = admins.take_in, iter([True])

    def late(account_id, announcement):
        if next(is_first, False):
            revoke(stranger)
        return take_in(account_id, announcement)

    monkeypatch.setattr(admins, "take_in", late)
    # Who gives it comes last, and gives it again.
    grant(stranger)
    assert find_listed(database) == find_active(database) == {account.id, stranger.id}


def test_a_change_that_came_between_is_seen(account, database, monkeypatch):
    find, is_first = standing.find, iter([True])

    def slow(account_id):
        found = find(account_id)
        if next(is_first, False):
            grant(account, Role.STAFF)
        return found

    monkeypatch.setattr(standing, "find", slow)
    suspend(account)
    stored = database.accounts.find_one({"_id": account.id})
    assert (stored["roles"], stored["isSuspended"]) == (["staff"], True)
