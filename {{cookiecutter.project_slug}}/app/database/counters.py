"""Counters that all processes share, for everything that limits how often something happens.

Each change of a counter is one atomic update with the database's clock, so that the clocks of
machines need not agree. A counter is found by a keyed hash, since its key holds an address or an
account. Moments are milliseconds since the epoch, except for those that MongoDB itself uses.

Only here the app works around differences of the embedded database. It compares stored dates with
`$$NOW` wrongly, so moments are numbers. It applies an upsert that lost a race without answering it,
so update() reads the result, and tries again if another has changed it. Delete this when SecantusDB
behaves like MongoDB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from app.database.documents import collection, new_id
from app.database.keyed_hashes import id_for

if TYPE_CHECKING:
    from collections.abc import Mapping

COLLECTION: Final = "counters"
INDEXES: Final = [IndexModel([("expiresAt", ASCENDING)], expireAfterSeconds=0)]

NOW: Final = {"$toLong": "$$NOW"}

_TRIES: Final = 5

# The stages of an update, each a new state of some members.
Stages = list[dict[str, Any]]


def update(key: str, stages: Stages, keep_seconds: int) -> dict[str, Any]:
    """Change the counter of *key*, a new one where there was none; return what it is then.

    It is kept for *keep_seconds* from now.
    """
    counters, named = collection(COLLECTION), {"_id": id_for(COLLECTION, key)}
    mine = {"changedBy": new_id()}
    for tries_left in reversed(range(_TRIES)):
        try:
            found: dict[str, Any] | None = counters.find_one_and_update(
                named,
                [_stamp(keep_seconds), *stages, {"$set": mine}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            if found is None:
                found = counters.find_one(named | mine)
        except DuplicateKeyError:
            # Of two first updates one has inserted the counter, which the other finds now.
            if not tries_left:
                raise
        else:
            if found is not None:
                return found
    raise DuplicateKeyError("a counter was changed by others as often as it was made")


def update_all(changes: Mapping[str, Stages], *, unused: Mapping[str, Any]) -> None:
    """Change counters that are there, in one command; those that are *unused* then end at once.

    MongoDB removes them within a minute. Until then they count as little as none.
    """
    is_unused = {"$and": [{"$eq": [f"${name}", value]} for name, value in unused.items()]}
    end = {"$set": {"expiresAt": if_else(is_unused, "$$NOW", "$expiresAt")}}
    updates = [
        UpdateOne(
            {"_id": id_for(COLLECTION, key)}, [{"$set": {"updatedAt": "$$NOW"}}, *stages, end]
        )
        for key, stages in changes.items()
    ]
    if updates:
        collection(COLLECTION).bulk_write(updates)


def seconds_until(counter: dict[str, Any], moment: str) -> float:
    """Return how far ahead a moment of *counter* was at its last change; 0 if it was over."""
    now: float = counter["updatedAt"].timestamp() * 1000
    ends: float = counter.get(moment, 0)
    return max(0.0, (ends - now) / 1000)


def is_ahead(moment: str) -> dict[str, Any]:
    """Return the expression that tells whether a moment is in the future; an unset one is not."""
    return {"$gt": [{"$ifNull": [moment, 0]}, NOW]}


def after(seconds: int | dict[str, Any]) -> dict[str, Any]:
    """Return the expression of the moment in *seconds* from now."""
    return {"$toLong": {"$add": [NOW, {"$multiply": [1000, seconds]}]}}


def if_else(condition: Any, then: Any, otherwise: Any) -> dict[str, Any]:
    """Return the expression of one value or the other."""
    return {"$cond": [condition, then, otherwise]}


def _stamp(keep_seconds: int) -> dict[str, Any]:
    keep = {"startDate": "$$NOW", "unit": "second", "amount": keep_seconds}
    return {
        "$set": {
            "createdAt": {"$ifNull": ["$createdAt", "$$NOW"]},
            "updatedAt": "$$NOW",
            "expiresAt": {"$dateAdd": keep},
        }
    }
