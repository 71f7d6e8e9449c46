"""The login jail: failed log-ins are counted, then refused for a growing while.

One atomic update per key decides, so that threads, processes and machines share the
count. An attempt is reserved before the password is looked at and given back when it was
right: many attempts at once are counted as exactly as one after the other, and a jailed
account costs no password hash.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from app.errors import LoginJailedError
from app.extensions import settings
from app.models.base import collection, derived_id
from app.services.addresses import bucket_of

if TYPE_CHECKING:
    from datetime import timedelta

COLLECTION = "login_jails"
INDEXES = [IndexModel([("expiresAt", ASCENDING)], expireAfterSeconds=0)]

# Quiet for a day, and an account's next jail is a short one again.
FORGET_AFTER_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """A reserved log-in attempt of one account from one address."""

    account_key: str
    address_key: str


def reserve(email_index: str, address: str) -> Attempt:
    """Count an attempt before it is made.

    Raises LoginJailedError, which changes no count, while account or address is jailed.
    """
    attempt = Attempt(f"account:{email_index}", f"address:{bucket_of(address)}")
    _count(attempt.address_key, settings.LOGIN_ADDRESS_MAX_RETRY)
    try:
        _count(attempt.account_key, settings.LOGIN_MAX_RETRY)
    except LoginJailedError:
        _give_back(attempt.address_key, settings.LOGIN_ADDRESS_MAX_RETRY)
        raise
    return attempt


def forgive(attempt: Attempt) -> None:
    """Forget the account's failures after a right password.

    The address only gets this attempt back: somebody with one account of their own must
    not be able to clear the count of an address that tries others.
    """
    collection(COLLECTION).delete_one({"_id": derived_id(COLLECTION, attempt.account_key)})
    _give_back(attempt.address_key, settings.LOGIN_ADDRESS_MAX_RETRY)


def _count(key: str, most: int) -> None:
    record = _find_and_count(key, most)
    if record["isRefused"]:
        remaining: timedelta = record["until"] - record["updatedAt"]
        raise LoginJailedError(math.ceil(remaining.total_seconds()))


def _find_and_count(key: str, most: int) -> dict[str, Any]:
    jails, named = collection(COLLECTION), {"_id": derived_id(COLLECTION, key)}
    for _ in range(2):
        try:
            found = jails.find_one_and_update(
                named, _counting(most), upsert=True, return_document=ReturnDocument.AFTER
            )
            # The embedded database answers nothing to an upsert that came second, but did it.
            found = found or jails.find_one(named)
        except DuplicateKeyError:
            # Two first attempts at once: one inserted, the other now finds the document.
            continue
        if found is not None:
            return found
    raise LoginJailedError(1)


def _counting(most: int) -> list[dict[str, Any]]:
    """Return the update that counts one attempt; the database's clock rules all machines."""
    is_counting_on = {"$and": [_is_ahead("$windowEnds"), {"$lt": ["$failures", most]}]}
    jail_seconds = {
        "$min": [
            settings.LOGIN_JAIL_MAX_SECONDS,
            {"$multiply": [settings.LOGIN_JAIL_SECONDS, {"$pow": [2, "$jails"]}]},
        ]
    }
    forget_seconds = settings.LOGIN_JAIL_MAX_SECONDS + FORGET_AFTER_SECONDS
    return [
        {
            "$set": {
                "createdAt": {"$ifNull": ["$createdAt", "$$NOW"]},
                "updatedAt": "$$NOW",
                "expiresAt": _in(forget_seconds),
                "failures": {"$ifNull": ["$failures", 0]},
                "jails": {"$ifNull": ["$jails", 0]},
                "isRefused": _is_ahead("$until"),
                # A window that ran out, or a jail that was served, starts the count anew.
                "isCountingOn": is_counting_on,
            }
        },
        {
            "$set": {
                "failures": _case(
                    ("$isRefused", "$failures"),
                    ("$isCountingOn", {"$add": ["$failures", 1]}),
                    otherwise=1,
                ),
                "windowEnds": _case(
                    ("$isRefused", "$windowEnds"),
                    ("$isCountingOn", "$windowEnds"),
                    otherwise=_in(settings.LOGIN_WINDOW_SECONDS),
                ),
            }
        },
        {"$set": {"isJailing": {"$and": [{"$not": "$isRefused"}, {"$gte": ["$failures", most]}]}}},
        {
            "$set": {
                "until": _case(("$isJailing", _in(jail_seconds)), otherwise="$until"),
                "jails": _case(("$isJailing", {"$add": ["$jails", 1]}), otherwise="$jails"),
            }
        },
        {"$unset": ["isJailing", "isCountingOn"]},
    ]


def _give_back(key: str, most: int) -> None:
    """Undo one count, and the jail that began with it."""
    was_jailing = {"$gte": ["$failures", most]}
    undo = {
        "failures": {"$max": [0, {"$subtract": ["$failures", 1]}]},
        "until": _case((was_jailing, "$$NOW"), otherwise="$until"),
        "jails": _case(
            (was_jailing, {"$max": [0, {"$subtract": ["$jails", 1]}]}), otherwise="$jails"
        ),
        "updatedAt": "$$NOW",
    }
    collection(COLLECTION).update_one({"_id": derived_id(COLLECTION, key)}, [{"$set": undo}])


def _is_ahead(moment: str) -> dict[str, Any]:
    # As numbers: the embedded database compares a stored date with $$NOW wrongly.
    return {"$gt": [{"$toLong": moment}, {"$toLong": "$$NOW"}]}


def _in(seconds: int | dict[str, Any]) -> dict[str, Any]:
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": seconds}}


def _case(*branches: tuple[Any, Any], otherwise: Any) -> dict[str, Any]:
    cases = [{"case": condition, "then": value} for condition, value in branches]
    return {"$switch": {"branches": cases, "default": otherwise}}
