"""Counters that all processes share: whatever limits how often is made of them.

Each change of a counter is one atomic update by the database's clock, so that machines need no
common one. A counter is found by a keyed hash, since its key holds an address or an account.
Moments are numbers, in milliseconds since the epoch, but for those that MongoDB itself looks at.

What the embedded database of development and tests does otherwise than MongoDB is dealt with here
and nowhere else. It compares stored dates with `$$NOW` wrongly: moments are numbers. It carries
out an upsert that lost a race and does not answer it: update() reads what it left, and tries again
where another has changed that. Delete this when SecantusDB does likewise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pymongo import ASCENDING, DeleteOne, IndexModel, ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from app.models.base import collection, new_id
from app.models.keyed_hashes import id_for

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
            # Two were first at once: one inserted, the other now finds the counter.
            if not tries_left:
                raise
        else:
            if found is not None:
                return found
    raise DuplicateKeyError("a counter was changed by others as often as it was made")


def update_all(changes: Mapping[str, Stages], *, unused: Mapping[str, Any]) -> None:
    """Change counters that are there, and remove those that are *unused* then: two round trips."""
    named = {key: {"_id": id_for(COLLECTION, key)} for key in changes}
    updates = [
        UpdateOne(named[key], [{"$set": {"updatedAt": "$$NOW"}}, *stages])
        for key, stages in changes.items()
    ]
    deletes = [DeleteOne({**each, **unused}) for each in named.values()]
    if changes:
        # Sorted by kind: the driver sends a command for each run of one kind.
        collection(COLLECTION).bulk_write([*updates, *deletes])


def seconds_until(counter: dict[str, Any], moment: str) -> float:
    """Return how long a moment of *counter* was ahead when it was changed; 0 where it was not."""
    now: float = counter["updatedAt"].timestamp() * 1000
    ends: float = counter.get(moment, 0)
    return max(0.0, (ends - now) / 1000)


def is_ahead(moment: str) -> dict[str, Any]:
    """Return the expression that tells whether a moment is still to come; one unset is over."""
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
