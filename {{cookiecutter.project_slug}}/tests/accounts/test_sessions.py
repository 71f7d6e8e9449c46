"""Sessions: how they begin, continue and end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app import tokens
from app.accounts import sessions
from app.accounts.callers import Proven
from app.accounts.errors import WrongCredentialsError
from app.errors import UnauthorizedError
from app.extensions import settings
from app.tokens.claims import TokenType


@pytest.fixture
def _context(app):
    with app.app_context():
        yield


def _claims(token, kind=TokenType.ACCESS):
    return tokens.read(token, kind)


def _refresh(token):
    claims = _claims(token, TokenType.REFRESH)
    return sessions.refresh(sessions.find_caller(claims), claims.token_id)


def _is_alive(token) -> bool:
    try:
        sessions.find_caller(_claims(token))
    except UnauthorizedError:
        return False
    return True


@pytest.mark.usefixtures("_context")
def test_an_open_session_is_of_the_account(account):
    pair = sessions.open_session(Proven(account.id, 0))
    caller = sessions.find_caller(_claims(pair.access_token))
    assert caller.account_id == account.id
    assert caller.profile.email == account.email


@pytest.mark.usefixtures("_context")
def test_log_in_gives_a_fresh_token_and_refresh_does_not(account):
    pair = sessions.open_session(Proven(account.id, 0))
    assert _claims(pair.access_token).is_fresh
    assert not _claims(_refresh(pair.refresh_token).access_token).is_fresh


def test_the_newest_session_ends_the_oldest_beyond_the_limit(make_app, make_account):
    app = make_app(SESSION_LIMIT=2)
    account = make_account(app=app)
    with app.app_context():
        second, third = (sessions.open_session(Proven(account.id, 0)) for _ in range(2))
        alive = [
            _is_alive(token)
            for token in (account.access_token, second.access_token, third.access_token)
        ]
    assert alive == [False, True, True]


@pytest.mark.usefixtures("_context")
def test_expired_sessions_make_room(account, database):
    past = datetime.now(UTC) - timedelta(seconds=1)
    database.accounts.update_one({}, {"$set": {"sessions.0.expiresAt": past}})
    pair = sessions.open_session(Proven(account.id, 0))
    assert [session["id"] for session in database.accounts.find_one()["sessions"]] == [
        pair.session_id
    ]


@pytest.mark.usefixtures("_context")
def test_a_session_is_stored_until_its_refresh_token_expires(account, database):
    soon = datetime.now(UTC) + timedelta(minutes=1)
    database.accounts.update_one({}, {"$set": {"sessions.0.expiresAt": soon}})
    pair = _refresh(account.refresh_token)
    (session,) = database.accounts.find_one()["sessions"]
    assert session["expiresAt"] == pair.refresh_expires_at
    assert session["refreshId"] == pair.refresh_id
    claims = _claims(pair.refresh_token, TokenType.REFRESH)
    assert (claims.token_id, claims.expires_at) == (pair.refresh_id, pair.refresh_expires_at)


@pytest.mark.usefixtures("_context")
def test_refresh_continues_the_same_session(account):
    before = _claims(account.access_token)
    after = _claims(_refresh(account.refresh_token).access_token)
    assert after.session_id == before.session_id
    assert _is_alive(account.access_token)


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("jwt.ttl")
def test_a_refresh_token_works_once_and_its_reuse_ends_the_family(account):
    pair = _refresh(account.refresh_token)
    newest = _refresh(pair.refresh_token)
    with pytest.raises(UnauthorizedError):
        _refresh(account.refresh_token)
    assert not _is_alive(newest.access_token)
    with pytest.raises(UnauthorizedError):
        _refresh(newest.refresh_token)


@pytest.mark.usefixtures("_context")
def test_a_refresh_at_the_end_of_its_session_is_not_logged_as_reuse(account, caplog):
    claims = _claims(account.refresh_token, TokenType.REFRESH)
    caller = sessions.find_caller(claims)
    sessions.log_out(account.id, caller.session_id)
    with pytest.raises(UnauthorizedError):
        sessions.refresh(caller, claims.token_id)
    told = [each.getMessage() for each in caplog.records if "security_events" in each.name]
    assert told.count("session-ended") == 1
    assert "refresh-token-reused" not in told


@pytest.mark.usefixtures("_context")
def test_reuse_leaves_other_sessions_alone(account, stranger):
    other = sessions.open_session(Proven(account.id, 0))
    _refresh(account.refresh_token)
    with pytest.raises(UnauthorizedError):
        _refresh(account.refresh_token)
    assert _is_alive(other.access_token)
    assert _is_alive(stranger.access_token)


@pytest.mark.checklist("jwt.ttl")
def test_of_many_refreshes_at_once_one_wins(app, account):
    def attempt(_number):
        with app.app_context():
            try:
                return _refresh(account.refresh_token)
            except UnauthorizedError:
                return None

    with ThreadPoolExecutor(16) as threads:
        pairs = [pair for pair in threads.map(attempt, range(16)) if pair is not None]
    assert len(pairs) == 1
    with app.app_context():
        assert not _is_alive(pairs[0].access_token)


@pytest.mark.usefixtures("_context")
def test_refresh_of_a_session_that_ended_meanwhile_is_refused(account, database):
    claims = _claims(account.refresh_token, TokenType.REFRESH)
    caller = sessions.find_caller(claims)
    sessions.log_out(account.id, caller.session_id)
    with pytest.raises(UnauthorizedError):
        sessions.refresh(caller, claims.token_id)
    assert database.accounts.find_one()["sessions"] == []


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("jwt.ttl")
def test_a_refresh_does_not_extend_a_session(account, database):
    month = timedelta(seconds=settings.SESSION_MAX_SECONDS)
    began = datetime.now(UTC).replace(microsecond=0) - month + timedelta(minutes=1)
    database.accounts.update_one({}, {"$set": {"sessions.0.createdAt": began}})
    pair = _refresh(account.refresh_token)
    claims = [_claims(pair.access_token), _claims(pair.refresh_token, TokenType.REFRESH)]
    assert [each.expires_at for each in claims] == [began + month] * 2
    assert database.accounts.find_one()["sessions"][0]["expiresAt"] == began + month
    assert 0 < pair.expires_in <= 60
    database.accounts.update_one({}, {"$set": {"sessions.0.createdAt": began - month}})
    assert not _is_alive(pair.access_token)
    with pytest.raises(UnauthorizedError):
        _refresh(pair.refresh_token)


@pytest.mark.usefixtures("_context")
@pytest.mark.checklist("jwt.ttl")
def test_log_out_ends_this_session_alone(account):
    other = sessions.open_session(Proven(account.id, 0))
    sessions.log_out(account.id, _claims(account.access_token).session_id)
    assert not _is_alive(account.access_token)
    with pytest.raises(UnauthorizedError):
        _refresh(account.refresh_token)
    assert _is_alive(other.access_token)


@pytest.mark.usefixtures("_context")
def test_a_session_is_not_valid_for_another_account(account, stranger):
    claims = _claims(account.access_token)
    sessions.log_out(stranger.id, claims.session_id)
    assert _is_alive(account.access_token)


@pytest.mark.usefixtures("_context")
def test_sessions_are_no_change_of_the_account(account, database):
    before = database.accounts.find_one()["updatedAt"]
    _refresh(account.refresh_token)
    sessions.open_session(Proven(account.id, 0))
    assert database.accounts.find_one()["updatedAt"] == before


@pytest.mark.usefixtures("_context")
def test_finding_the_caller_reads_one_session_and_no_hash_once(account, log_in, listen):
    log_in(account)
    claims = _claims(account.access_token)
    with listen() as commands:
        caller = sessions.find_caller(claims)
    assert [command.name for command in commands] == ["find"]
    assert [session["id"] for session in caller.record["sessions"]] == [claims.session_id]
    assert not caller.record.keys() & {"passwordHash", "knownAddresses", "identities"}


@pytest.mark.usefixtures("_context")
def test_a_deleted_account_has_no_caller(account, database):
    database.accounts.delete_many({})
    assert not _is_alive(account.access_token)


@pytest.mark.usefixtures("_context")
def test_session_ids_are_uuids_of_the_server(account, database):
    assert isinstance(database.accounts.find_one()["sessions"][0]["id"], UUID)
    assert _claims(account.access_token).session_id.version == 7


@pytest.mark.usefixtures("_context")
def test_no_way_to_log_in_opens_a_session_of_a_suspended_account(account, database):
    """Not one either that has not looked at the state of the account."""
    database.accounts.update_one({"_id": account.id}, {"$set": {"isSuspended": True}})
    with pytest.raises(WrongCredentialsError):
        sessions.open_session(Proven(account.id, 0))
    assert not sessions.is_still(Proven(account.id, 0))
    (stored,) = database.accounts.find()
    assert len(stored["sessions"]) == 1
