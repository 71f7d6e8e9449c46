"""Who is an admin, in one document, so that there never is none.

Without transactions no update of one account can ask whether another admin is left. This list can:
an id is taken out of it only where another one stays, and before the account itself is changed. It
comes in after the account was changed. So whoever is listed is an admin, whatever process died in
between; one who is not listed although an admin cannot stand in for others, until they are made an
admin once more.

To come in takes two steps: an announcement before the account is changed, and its exchange for the
place in the list afterwards. Whoever takes the id out meanwhile takes the announcement, too.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mongoengine import DictField, ListField, UUIDField
from pymongo.errors import DuplicateKeyError

from app.accounts.errors import LastAdminError
from app.database.documents import BaseDocument, derived_id, new_id, utc_now

if TYPE_CHECKING:
    from uuid import UUID

    from pymongo.collection import Collection


class Admins(BaseDocument):
    """The one list of all admins that may log in."""

    meta: ClassVar[dict[str, Any]] = {"collection": "admins"}

    ids = ListField(UUIDField(binary=True))
    # Ids with the name of their announcement.
    announced = ListField(DictField())


_ID: Final = derived_id("admins", "all")


def announce(account_id: UUID) -> UUID:
    """Say that an account is about to become an admin; return the name of the announcement."""
    name, now = new_id(), utc_now()
    new = {"_id": _ID, "ids": [], "announced": [], "createdAt": now, "updatedAt": now}
    with suppress(DuplicateKeyError):
        _stored().insert_one(new)
    _change({}, {"$push": {"announced": {"id": account_id, "name": name}}})
    return name


def take_in(account_id: UUID, announcement: UUID) -> bool:
    """List an account that has become an admin; False where its announcement is gone meanwhile."""
    change = {"$addToSet": {"ids": account_id}, "$pull": {"announced": {"id": account_id}}}
    return _change({"announced.name": announcement}, change)


def take_out(account_id: UUID) -> None:
    """Take an account out that is about to be no admin; raises LastAdminError if it is the last."""
    if not _change({"ids": {"$elemMatch": {"$ne": account_id}}}, _without(account_id)):
        raise LastAdminError


def forget(account_id: UUID) -> None:
    """Take an account out that is being deleted, the last one, too."""
    _change({}, _without(account_id))


def _without(account_id: UUID) -> dict[str, Any]:
    return {"$pull": {"ids": account_id, "announced": {"id": account_id}}}


def _change(condition: dict[str, Any], change: dict[str, Any]) -> bool:
    stamped = {**change, "$set": {"updatedAt": utc_now()}}
    return _stored().update_one({"_id": _ID, **condition}, stamped).matched_count > 0


def _stored() -> Collection[dict[str, Any]]:
    admins: Collection[dict[str, Any]] = Admins._get_collection()  # noqa: SLF001 - mongoengine's accessor for raw collections.
    return admins
