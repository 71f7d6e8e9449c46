"""Sessions: log in, refresh with rotation, log out; and who is calling.

A session is one family of tokens. Revocation lives here and nowhere else: a token is
good only while its session stands in its account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.errors import UnauthorizedError, WrongCredentialsError
from app.extensions import settings
from app.models.accounts import Account, Profile
from app.models.base import new_id, utc_now
from app.services import jail, passwords, tokens

if TYPE_CHECKING:
    from uuid import UUID

    from pymongo.collection import Collection

    from app.services.tokens import Claims, TokenPair

_WITHOUT_HASH = {"passwordHash": 0}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: the session used, and the account as the one read found it."""

    session_id: UUID
    profile: Profile

    @property
    def account_id(self) -> UUID:
        """The account's id, to which every query of own resources is bound."""
        return self.profile.id


def find_caller(claims: Claims) -> Caller:
    """Return who holds the token, in one read; raises UnauthorizedError when revoked."""
    record = _accounts().find_one({"_id": claims.account_id}, _WITHOUT_HASH)
    if record is None or not _has_session(record, claims.session_id):
        raise UnauthorizedError("the session is over")
    return Caller(claims.session_id, Profile.from_record(record))


def log_in(email: str, password: str, address: str) -> TokenPair:
    """Return a new session's tokens.

    Raises LoginJailedError before any hashing, and WrongCredentialsError for unknown
    accounts and wrong passwords alike, in the same time.
    """
    email_index = Account.email_index_for(email)
    attempt = jail.reserve(email_index, address)
    record = _accounts().find_one({"emailIndex": email_index}, {"passwordHash": 1}) or {}
    if not passwords.is_correct(password, record.get("passwordHash")):
        raise WrongCredentialsError
    jail.forgive(attempt)
    if passwords.needs_rehash(record["passwordHash"]):
        _rehash(record, password)
    return _open_session(record["_id"])


def refresh(account_id: UUID, session_id: UUID, refresh_id: UUID) -> TokenPair:
    """Exchange a refresh token for a new pair, once.

    One atomic update decides which of many requests at once wins. Whoever comes with a
    token that was already exchanged ends the whole session (RFC 9700 section 4.14.2).
    """
    pair = tokens.issue_pair(account_id, session_id, is_fresh=False)
    used = {"id": session_id, "refreshId": refresh_id}
    result = _accounts().update_one(
        {"_id": account_id, "sessions": {"$elemMatch": used}},
        {
            "$set": {
                "sessions.$[session].refreshId": pair.refresh_id,
                "sessions.$[session].expiresAt": pair.refresh_expires_at,
            }
        },
        array_filters=[{"session.id": session_id}],
    )
    if result.modified_count == 0:
        log_out(account_id, session_id)
        raise UnauthorizedError("the refresh token was used before: its session ends")
    return pair


def log_out(account_id: UUID, session_id: UUID) -> None:
    """End one session: its access and refresh tokens are over at once."""
    _accounts().update_one({"_id": account_id}, {"$pull": {"sessions": {"id": session_id}}})


def _has_session(record: dict[str, Any], session_id: UUID) -> bool:
    return any(session["id"] == session_id for session in record.get("sessions", ()))


def _open_session(account_id: UUID) -> TokenPair:
    pair = tokens.issue_pair(account_id, new_id(), is_fresh=True)
    now = utc_now()
    session = {
        "id": pair.session_id,
        "refreshId": pair.refresh_id,
        "createdAt": now,
        "expiresAt": pair.refresh_expires_at,
    }
    # Two updates, because one cannot both pull and push: first what ran out, then the newest in.
    _accounts().update_one(
        {"_id": account_id}, {"$pull": {"sessions": {"expiresAt": {"$lte": now}}}}
    )
    _accounts().update_one(
        {"_id": account_id},
        {"$push": {"sessions": {"$each": [session], "$slice": -settings.SESSION_LIMIT}}},
    )
    return pair


def _rehash(record: dict[str, Any], password: str) -> None:
    # Conditional: a password that was changed meanwhile must not come back.
    _accounts().update_one(
        {"_id": record["_id"], "passwordHash": record["passwordHash"]},
        {"$set": {"passwordHash": passwords.hash_password(password)}},
    )


def _accounts() -> Collection[dict[str, Any]]:
    """Return the raw collection.

    Session bookkeeping goes around the model: it is no change of the account, so that
    updatedAt stays, and the read is on the way of every request.
    """
    accounts: Collection[dict[str, Any]] = Account._get_collection()  # noqa: SLF001 - mongoengine's accessor for raw collections.
    return accounts
