"""Tokens in letters: whoever brings one back has read the letter.

A token is the id of its account, by which it is found, and 32 random bytes. The account has a keyed
hash of it, made for one purpose and one account. It counts once, until it expires, and until there
is a newer one of its purpose. A new password or address, and a suspension, remove all of them.

One that somebody asked for who was logged in ends with the sessions, too. The others do not: ending
sessions takes no more than a token, and whoever has stolen one must not keep the owner out.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.accounts.callers import Proven
from app.accounts.errors import SpentTokenError
from app.accounts.models import stored_accounts
from app.database.documents import utc_now
from app.database.keyed_hashes import hash_for
from app.extensions import settings
from app.mail import letters
from app.mail.letters import Purpose

if TYPE_CHECKING:
    from datetime import datetime

_ID_BYTES: Final = 16
_RANDOM_BYTES: Final = 32
# What an update unsets to end every token of an account.
ENDED: Final = {"letterTokens": True, "newEmail": True}
# Where the pages of the app's own front end are that take a token and send it here.
_PATHS: Final = {
    Purpose.CONFIRM: "/confirm",
    Purpose.CHANGE_EMAIL: "/confirm",
    Purpose.RESET: "/reset-password",
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token: the link that leads to it, and what of it is stored."""

    purpose: Purpose
    account_id: UUID
    link: str
    stored: dict[str, Any]

    @property
    def changes(self) -> dict[str, Any]:
        """What an update sets to let it count, in place of any other of its purpose."""
        return {f"letterTokens.{self.purpose}": self.stored}

    @property
    def cause(self) -> str:
        """A name for what its letter is sent for: no other token has it."""
        token_hash: str = self.stored["hash"]
        return token_hash

    def write(self, to: str, language: str, purpose: Purpose | None = None) -> dict[str, Any]:
        """Return its letter, as letters.prepare() does; of another *purpose* by its words alone."""
        wanted = self.purpose if purpose is None else purpose
        return letters.prepare(
            wanted, self.account_id, to, language, cause=self.cause, link=self.link
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A token that counts: its purpose, and its account as the one read found it."""

    purpose: Purpose
    record: dict[str, Any] = field(repr=False)
    still: dict[str, Any] = field(repr=False)

    @property
    def account_id(self) -> UUID:
        """Whose it is."""
        account_id: UUID = self.record["_id"]
        return account_id


def issue(purpose: Purpose, account_id: UUID, version: int | None = None) -> Issued:
    """Return a new token for an account, only while its credentials have *version* if one is given.

    The token stands behind the # of the link, so that no browser sends it to a server of its own
    accord (RFC 3986 section 3.5).
    """
    token = urlsafe_b64encode(account_id.bytes + token_bytes(_RANDOM_BYTES)).decode()
    stored = {
        "hash": _hash(purpose, account_id, token),
        "issuedAt": utc_now(),
        "expiresAt": expiry_in(letters.link_seconds(purpose) or 0),
    }
    if version is not None:
        stored["credentialVersion"] = version
    link = f"{settings.MAIL_LINK_BASE}{_PATHS[purpose]}#{token}"
    return Issued(purpose, account_id, link, stored)


def expiry_in(seconds: int) -> datetime:
    """Return when something is over that counts for so long from now."""
    return utc_now() + timedelta(seconds=seconds)


def find(token: str, *purposes: Purpose, members: tuple[str, ...] = ()) -> Found:
    """Return the token if it counts for one of *purposes*, with more *members* of its account.

    Raises SpentTokenError, whatever is wrong with it. What relies on it is an update that asks for
    ``still`` and removes it: of many at once one works.
    """
    account_id = _read_account_id(token)
    wanted = ("letterTokens", "credentialVersion", "deletionBeganAt", *members)
    record = stored_accounts().find_one({"_id": account_id}, dict.fromkeys(wanted, 1)) or {}
    for purpose in purposes:
        stored = record.get("letterTokens", {}).get(purpose, {})
        token_hash = _hash(purpose, account_id, token)
        if stored.get("hash") == token_hash and _counts(stored, record):
            version = record.get("credentialVersion", 0)
            standing = {"_id": account_id, "isSuspended": None, "deletionBeganAt": None}
            proven = Proven(account_id, version).still if "credentialVersion" in stored else {}
            is_stored = {f"letterTokens.{purpose}.hash": token_hash}
            return Found(purpose, record, {**standing, **proven, **is_stored})
    raise SpentTokenError


def _counts(stored: dict[str, Any], record: dict[str, Any]) -> bool:
    is_in_time = stored["expiresAt"] > utc_now()
    version = record.get("credentialVersion", 0)
    is_of_credentials = stored.get("credentialVersion", version) == version
    return is_in_time and is_of_credentials and "deletionBeganAt" not in record


def _hash(purpose: Purpose, account_id: UUID, token: str) -> str:
    return hash_for("letter tokens", f"{purpose}:{account_id}:{token}").hex()


def _read_account_id(token: str) -> UUID:
    try:
        return UUID(bytes=urlsafe_b64decode(token)[:_ID_BYTES])
    except (binascii.Error, ValueError):
        raise SpentTokenError from None
