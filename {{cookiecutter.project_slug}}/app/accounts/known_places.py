"""Known places: from where the owner of an account has logged in, as hashes.

There the jail of others does not shut the owner out.
#: if cookiecutter.mail
A log-in from elsewhere is told by a letter.
#: endif
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
from app.database.keyed_hashes import hash_for
#: if cookiecutter.mail
from app.mail import letters
from app.mail.letters import Purpose
#: endif

if TYPE_CHECKING:
    from uuid import UUID

# What is to be read of an account for this.
#: if cookiecutter.mail
READ: Final = ("knownAddresses", *Profile.MEMBERS)
#: else
READ: Final = ("knownAddresses",)
#: endif
# How many places of its owner an account remembers.
_MOST: Final = 20


def is_known(record: dict[str, Any], address: str) -> bool:
    """Tell whether the owner of a stored account, which may be none, has logged in from there."""
    return _name(record.get("_id"), address) in record.get("knownAddresses", ())


#: if cookiecutter.mail
def arrive(record: dict[str, Any], address: str, user_agent: str) -> None:
    """Remember where an owner logs in, the newest last, and tell the owner of a new place, once."""
    known, here = record.get("knownAddresses", []), _name(record["_id"], address)
    if known[-1:] == [here]:
        return
    found, change = {"_id": record["_id"]}, _remember(known, here)
    is_told = known and here not in known and letters.has_room(record["_id"], Purpose.NEW_PLACE)
    if is_told:
        found["knownAddresses"] = {"$ne": here}
        client = name_client(user_agent) or ""
        letter = letters.prepare_notice(
            Purpose.NEW_PLACE, Profile.from_record(record), client=client
        )
        change["$push"] = {"pendingLetters": letter}
    if stored_accounts().update_one(found, change).matched_count and is_told:
        letters.release(record["_id"])


#: else
def arrive(record: dict[str, Any], address: str) -> None:
    """Remember where an owner logs in, the newest last."""
    known, here = record.get("knownAddresses", []), _name(record["_id"], address)
    if known[-1:] != [here]:
        stored_accounts().update_one({"_id": record["_id"]}, _remember(known, here))


#: endif
def _remember(known: list[str], here: str) -> dict[str, Any]:
    newest = [*dict.fromkeys([here, *reversed(known)])][:_MOST]
    return {"$set": {"knownAddresses": newest[::-1]}}


def _name(account_id: UUID | None, address: str) -> str:
    """Return the hash by which an account remembers an address; it differs for each account."""
    return hash_for("known addresses", f"{account_id}:{networks_of(address)[0].name}").hex()
