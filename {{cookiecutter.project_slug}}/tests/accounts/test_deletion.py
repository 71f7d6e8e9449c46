"""Deletions: an account is removed completely, whatever it owns and whoever writes meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import Any, ClassVar

import pytest
from mongoengine import CASCADE, LazyReferenceField, StringField
from pymongo.errors import NetworkTimeout

from app import tokens
from app.accounts import deletion, sessions
from app.accounts.models import Account, Deletion
from app.database.documents import BaseDocument, TimestampedQuerySet, utc_now
from app.errors import UnauthorizedError
from app.tokens.claims import TokenType
from tests.fixtures.accounts import delete

WRITERS = 6


class SlowQuerySet(TimestampedQuerySet):
    """A queryset of a large collection: MongoDB needs more time than allowed."""

    timeouts = 0

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Time out as often as *timeouts* says, then delete."""
        if SlowQuerySet.timeouts:
            SlowQuerySet.timeouts -= 1
            raise NetworkTimeout("too late")
        return super().delete(*args, **kwargs)


class Possession(BaseDocument):
    """A developer's own document that belongs to an account."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "possessions",
        "indexes": [{"fields": ["owner"]}],
        "queryset_class": SlowQuerySet,
    }

    owner = LazyReferenceField(Account, reverse_delete_rule=CASCADE, required=True)
    text = StringField()


@pytest.fixture(autouse=True)
def _context(app, unshared_deletions, monkeypatch):
    del unshared_deletions
    monkeypatch.setattr(SlowQuerySet, "timeouts", 0)
    with app.app_context():
        yield


def _sweep(seconds=0):
    """Sweep as if *seconds* had passed."""
    Deletion.objects.update(set__due_at=utc_now())
    for mark in Deletion.objects:
        began = mark.created_at - timedelta(seconds=seconds)
        Deletion.objects(id=mark.id).update(set__created_at=began)
    deletion.sweep()


def test_an_account_goes_with_all_it_owns_and_others_stay(account, stranger, monkeypatch):
    monkeypatch.setattr(deletion, "BATCH", 2)
    for owner in (account, stranger):
        for _ in range(5):
            Possession(owner=owner.id).save()
    delete(account)
    assert [each.id for each in Account.objects] == [stranger.id]
    assert [thing.owner.pk for thing in Possession.objects] == [stranger.id] * 5


@pytest.mark.checklist("proc.me")
def test_a_deletion_longer_than_a_request_can_be_requested_again(api, account, log_in):
    elsewhere = log_in(account)
    Possession(owner=account.id).save()
    SlowQuerySet.timeouts = 2
    for status in (503, 503):
        assert "Retry-After" in api.delete("/api/v1/me", account, status=status).headers
        # For everything else the account is gone already.
        api.get("/api/v1/me", account, status=401)
        api.delete("/api/v1/me", elsewhere, status=401)
        api.post("/api/v1/auth/refresh", headers=account.refresh_headers, status=401)
        api.post("/api/v1/auth/login", json=account.credentials, status=401)
    api.delete("/api/v1/me", account)
    assert (Account.objects.count(), Possession.objects.count()) == (0, 0)
    api.delete("/api/v1/me", account, status=401)


def test_a_deletion_that_is_not_requested_again_is_finished_nevertheless(api, account):
    Possession(owner=account.id).save()
    SlowQuerySet.timeouts = 1
    api.delete("/api/v1/me", account, status=503)
    _sweep()
    assert (Account.objects.count(), Possession.objects.count()) == (0, 0)


@pytest.mark.checklist("proc.me")
def test_late_writes_of_every_class_are_removed_within_a_minute(account):
    delete(account)
    # As a request writes that was accepted before.
    Possession(owner=account.id).save()
    _sweep()
    assert Possession.objects.count() == 0
    Possession(owner=account.id).save()
    assert deletion.KEPT_SECONDS + 2 * deletion.SWEEP_SECONDS < 60
    _sweep(deletion.KEPT_SECONDS)
    for of_the_account in (Account, Possession, Deletion):
        assert of_the_account.objects.count() == 0


@pytest.mark.checklist("proc.me")
def test_writers_beside_a_deletion_leave_nothing(app, account):
    writing = Barrier(WRITERS + 1)
    claims = tokens.read(account.access_token, TokenType.ACCESS)

    def write(_: int) -> None:
        with app.app_context():
            caller = sessions.find_caller(claims)
            writing.wait(10)
            with suppress(UnauthorizedError):
                while True:
                    # An accepted request writes, whatever has happened since.
                    Possession(owner=caller.account_id).save()
                    caller = sessions.find_caller(claims)

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        writing.wait(10)
        delete(account)
        for writer in writers:
            writer.result(60)
    _sweep()
    assert (Account.objects.count(), Possession.objects.count()) == (0, 0)


def test_a_mark_without_a_deletion_does_nothing(account):
    deletion._mark(account.id)
    Possession(owner=account.id).save()
    deletion.sweep()
    # Too early: the request that made the mark may still be running.
    assert Deletion.objects.count() == 1
    _sweep(deletion.KEPT_SECONDS)
    assert Deletion.objects.count() == 0
    assert (Account.objects.count(), Possession.objects.count()) == (1, 1)


def test_a_session_that_ended_deletes_nothing(account):
    caller = sessions.find_caller(tokens.read(account.access_token, TokenType.ACCESS))
    sessions.log_out(account.id, caller.session_id)
    with pytest.raises(UnauthorizedError):
        deletion.delete(caller)
    _sweep(deletion.KEPT_SECONDS)
    assert Account.objects.count() == 1


def test_every_query_of_a_sweep_has_a_time_limit(account, listen):
    delete(account)
    Deletion.objects.update(set__due_at=utc_now())
    with listen() as commands:
        deletion.sweep()
    limits = [command.document.get("maxTimeMS", 0) for command in commands]
    assert limits
    assert all(0 < limit <= 1000 * deletion.PASS_SECONDS for limit in limits)


def test_of_two_sweeps_one_takes_the_mark(account):
    delete(account)
    Deletion.objects.update(set__due_at=utc_now())
    deletion.sweep()
    assert Deletion.objects.get().due_at > utc_now()
