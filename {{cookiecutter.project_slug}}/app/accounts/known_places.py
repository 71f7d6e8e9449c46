"""Known places: from where the owner of an account has logged in, as hashes.

There the jail of others does not shut the owner out.
#: if cookiecutter.mail
A log-in from elsewhere is told by a letter.
#: endif
"""

from __future__ import annotations

#: if not cookiecutter.mail
import logging
#: endif
from typing import TYPE_CHECKING, Any, Final, Protocol

from app.accounts.callers import Proven
from app.accounts.models import (
    #: if cookiecutter.mail
    Profile,
    #: endif
    stored_accounts,
)
#: if cookiecutter.mail
from app.accounts.user_agents import name_client
#: endif
from app.addresses import networks_of
#: if not cookiecutter.mail
from app.database import DATABASE_ERRORS
#: endif
from app.database.keyed_hashes import hash_for
#: if cookiecutter.mail
from app.mail import letters
from app.mail.letters import Purpose
#: endif

if TYPE_CHECKING:
    from uuid import UUID


class Visitor(Protocol):
    """Whoever logs in."""

    @property
    def address(self) -> str:
        """From where."""

    @property
    def user_agent(self) -> str:
        """With which program, as it names itself."""


# What is to be read of an account for this.
#: if cookiecutter.mail
READ: Final = ("knownAddresses", "credentialVersion", *Profile.MEMBERS)
#: else
READ: Final = ("knownAddresses", "credentialVersion")
#: endif
# How many places of its owner an account remembers.
_MOST: Final = 20
#: if not cookiecutter.mail

logger = logging.getLogger(__name__)
#: endif


def is_known(record: dict[str, Any], address: str) -> bool:
    """Tell whether the owner of a stored account, which may be none, has logged in from there."""
    return _name(record.get("_id"), address) in record.get("knownAddresses", ())


#: if cookiecutter.mail
def arrive(record: dict[str, Any], visitor: Visitor) -> None:
    """Remember where an owner logs in, and tell the owner of a new place, once.

    Both are one update. Where there is no room for a letter the place stays new: it must not be
    known before its owner is told, by another log-in if need be.
    """
    account_id, known = record["_id"], record.get("knownAddresses", [])
    here = _name(account_id, visitor.address)
    if not known or here in known:
        if known[-1:] != [here]:
            _remember(record, here)
        return
    if not letters.has_room(account_id, Purpose.NEW_PLACE):
        return
    client = name_client(visitor.user_agent) or ""
    letter = letters.prepare_notice(Purpose.NEW_PLACE, Profile.from_record(record), client=client)
    is_new = {**Proven.of(record).still, "knownAddresses": {"$ne": here}}
    places = {"$each": [here], "$slice": -_MOST}
    change = {"$push": {"pendingLetters": letter, "knownAddresses": places}}
    if stored_accounts().update_one(is_new, change).matched_count:
        letters.release(account_id)


#: else
def arrive(record: dict[str, Any], visitor: Visitor) -> None:
    """Remember where an owner logs in."""
    here = _name(record["_id"], visitor.address)
    if record.get("knownAddresses", [])[-1:] != [here]:
        try:
            _remember(record, here)
        except DATABASE_ERRORS as error:
            # The log-in stands, and may have used a password up.
            logger.warning("a place is not remembered: %s", type(error).__name__)


#: endif
def _remember(record: dict[str, Any], here: str) -> None:
    """Store a place as the newest, the last; each once."""
    stored = {"$ifNull": ["$knownAddresses", []]}
    others = {"$filter": {"input": stored, "as": "each", "cond": {"$ne": ["$$each", here]}}}
    newest = {"$slice": [{"$concatArrays": [others, [here]]}, -_MOST]}
    # Computed there, so that log-ins from two places at once do not forget each other's.
    change = [{"$set": {"knownAddresses": newest}}]
    stored_accounts().update_one(Proven.of(record).still, change)


def _name(account_id: UUID | None, address: str) -> str:
    """Return the hash by which an account remembers an address; it differs for each account."""
    return hash_for("known addresses", f"{account_id}:{networks_of(address)[0].name}").hex()
