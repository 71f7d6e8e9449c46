"""The stored counters, each changed by one atomic update that the database's clock rules.

Machines need no common clock: a window's remaining time is told from two timestamps of
the same server. A key holds an address or an account id and is stored as a hash alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from app.models.base import collection, derived_id

if TYPE_CHECKING:
    from datetime import datetime

COLLECTION = "throttle_counters"
INDEXES = [IndexModel([("windowEnds", ASCENDING)], expireAfterSeconds=0)]

_CEILING_PERCENT = 110
_LAST_SHARES = 16
_RETRIES = 3


@dataclass(frozen=True, slots=True)
class Window:
    """A counter as one update left it: hits used, hits granted to us, seconds to its end."""

    ends: datetime
    seconds_left: float
    used: int
    granted: int


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """What a process tells when it asks for a block of hits in the window it knows."""

    limit: int
    needed: int
    wanted: int
    held: int = 0
    reported: int = 0
    window_ends: datetime | None = None


def count(key: str, expiry: int, amount: int) -> Window:
    """Count *amount* hits of a window of *expiry* seconds, past the limit, too."""
    return _update(
        key, [*_enter_window(expiry), {"$set": {"used": {"$add": ["$used", amount]}, "granted": 0}}]
    )


def lease(key: str, expiry: int, request: LeaseRequest) -> Window:
    """Report used hits and reserve a block; nothing is granted where nothing is left."""
    is_same = {"$eq": [{"$toLong": "$windowEnds"}, _millis(request.window_ends)]}
    enter, start = _enter_window(expiry)
    # Reports and blocks of a window that is over mean nothing in the next one.
    start["$set"]["isKnown"] = {"$and": [{"$not": "$isOver"}, is_same]}
    left = {"$subtract": [request.limit, {"$add": ["$used", _if_known(request.held)]}]}
    unleased = {"$subtract": [request.limit * _CEILING_PERCENT // 100, "$leased"]}
    # Blocks get smaller towards the end, so that little is held when it comes.
    share = {"$max": [request.needed, {"$toInt": {"$divide": [unleased, _LAST_SHARES]}}]}
    granted = {"$max": [0, {"$min": [request.wanted, share, left, unleased]}]}
    return _update(
        key,
        [
            enter,
            start,
            {"$set": {"used": {"$add": ["$used", _if_known(request.reported)]}}},
            {"$set": {"granted": granted}},
            {"$set": {"leased": {"$add": ["$leased", "$granted"]}}},
            {"$unset": "isKnown"},
        ],
    )


def read(key: str) -> Window | None:
    """Return the window of *key*, changing nothing; None where none is open."""
    documents = collection(COLLECTION).aggregate(
        [
            {"$match": {"_id": derived_id(COLLECTION, key)}},
            {"$set": {"updatedAt": "$$NOW"}},
        ]
    )
    for document in documents:
        window = _window(document)
        return window if window.seconds_left > 0 else None
    return None


def remove(key: str) -> None:
    """Forget the window of *key*."""
    collection(COLLECTION).delete_one({"_id": derived_id(COLLECTION, key)})


def remove_all() -> int:
    """Forget every window; return how many there were."""
    return collection(COLLECTION).delete_many({}).deleted_count


def _update(key: str, pipeline: list[dict[str, Any]]) -> Window:
    for _ in range(_RETRIES):
        try:
            return _update_once(key, pipeline)
        except DuplicateKeyError:
            # Two first hits at once: one inserted, the other will find the document.
            continue
    return _update_once(key, pipeline)


def _update_once(key: str, pipeline: list[dict[str, Any]]) -> Window:
    stored, counter = collection(COLLECTION), {"_id": derived_id(COLLECTION, key)}
    document: dict[str, Any] | None = stored.find_one_and_update(
        counter,
        [*pipeline, {"$unset": "isOver"}],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    if document is None:
        # An embedded server carries out an upsert that lost a race, but does not answer it.
        # The rival's update was of the same kind. Delete this when SecantusDB answers.
        document = stored.find_one(counter) or {}
    return _window(document)


def _enter_window(expiry: int) -> list[dict[str, Any]]:
    """Return the stages that begin a window where none is open."""
    # As numbers: an embedded server compares the dates of an update wrongly.
    is_over = {"$lte": [{"$toLong": "$windowEnds"}, {"$toLong": "$$NOW"}]}
    ends = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": expiry}}
    return [
        {
            "$set": {
                "createdAt": {"$ifNull": ["$createdAt", "$$NOW"]},
                "updatedAt": "$$NOW",
                "isOver": is_over,
            }
        },
        {
            "$set": {
                "windowEnds": {"$cond": ["$isOver", ends, "$windowEnds"]},
                "used": {"$cond": ["$isOver", 0, "$used"]},
                "leased": {"$cond": ["$isOver", 0, "$leased"]},
            }
        },
    ]


def _if_known(number: int) -> dict[str, Any]:
    return {"$cond": ["$isKnown", number, 0]}


def _millis(moment: datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment else 0


def _window(document: dict[str, Any]) -> Window:
    ends: datetime = document["windowEnds"]
    return Window(
        ends=ends,
        seconds_left=(ends - document["updatedAt"]).total_seconds(),
        used=document["used"],
        granted=document["granted"],
    )
