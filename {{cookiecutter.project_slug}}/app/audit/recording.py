"""Record what happens to accounts: an audit event and a log line for each, by one call.

An event that comes with a change of an account is written with it or not at all: the same update
puts it into the account's `pendingEvents`. From there whoever reads the events moves it to
`audit_events`, or a server does after a minute, for many accounts at once. It has its id from the
beginning, so that it is there once, however many move it. An event without a change is inserted
at once; if that fails, so does the request.

Services do not know the request. Who is calling, and the id of the request, are read here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import click
from flask import has_request_context
from mongoengine import NotUniqueError
from pymongo.errors import BulkWriteError, DuplicateKeyError

from app.accounts.models import stored_accounts
from app.audit.models import AuditEvent
from app.context import context
from app.database import DATABASE_ERRORS
from app.database.documents import collection, collection_name, new_id, utc_now
#: if cookiecutter.field_encryption
from app.database.keyed_hashes import id_for
from app.encryption import seal
#: else
from app.database.keyed_hashes import hash_for, id_for
#: endif
from app.errors import ServiceUnavailableError
from app.extensions import settings
from app.security_events import Event, tell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from app.accounts.models import Account

# The actor of what a command does.
OPERATOR: Final = "operator"
# An account with so many events is changed no further before they are moved: its document must not
# grow without end.
MOST_PENDING: Final = 100
# So long an event waits where nobody asks for it.
SWEPT_AFTER: Final = timedelta(minutes=1)
# From how many accounts at a time what waits is moved.
_BATCH: Final = 100
# Before these nobody is authenticated: the account itself proves at that moment who it is.
_PROVING: Final = frozenset(
    {
        Event.SIGNED_UP,
        Event.LOGIN_SUCCEEDED,
        #: if cookiecutter.mail
        Event.EMAIL_CONFIRMED,
        Event.EMAIL_CHANGED,
        Event.PASSWORD_RESET,
        #: endif
        #: if cookiecutter.oauth == "client"
        Event.IDENTITY_LINKED,
        #: endif
        #: if cookiecutter.oauth == "server"
        Event.GRANT_GIVEN,
        #: endif
    }
)
_LAST: Final = f"pendingEvents.{MOST_PENDING - 1}"
# MongoDB's error code DuplicateKey.
_DUPLICATE: Final = 11000


def record(
    event: Event,
    account_id: UUID | None = None,
    *,
    email_index: str | None = None,
    once: str | None = None,
    **about: Any,
) -> None:
    """Record an event that comes with no change; raises where MongoDB does not take it.

    *email_index* is the index of an e-mail, known or not. Of the events with the same *once* the
    first is kept: what anybody can repeat at will must not fill the database. *about* has further
    members of an audit event.
    """
    named = of_address(email_index)
    made = _make(event, account_id, {**about, **named} if account_id is None else about)
    if once is not None:
        made["_id"] = id_for(collection_name(AuditEvent), f"{event}:{once}")
    _insert([made])
    _tell(made, accountIndex=named["emailIndex"])


def of_address(email_index: str | None) -> dict[str, Any]:
    """Return the members of an event that names an address, known or not, and no account."""
    #: if not cookiecutter.field_encryption
    # Keyed, so that nobody can find the address by trying.
    email_index = email_index and hash_for("security-events", email_index).hex()
    #: endif
    return {"account": None, "emailIndex": email_index}


def change_account(
    found: dict[str, Any],
    change: dict[str, Any] | list[dict[str, Any]],
    *events: Event,
    **about: Any,
) -> bool:
    """Make a *change* to the account that matches *found*, and record the *events* with it.

    *found* has its `_id`, *change* its values as fields hand them to MongoDB, and *about* further
    members of the audit events. Tells whether the account matched; otherwise nothing is recorded.
    Raises ServiceUnavailableError where so many events of the account wait that nothing may be
    added, and they cannot be moved.
    """
    #: if cookiecutter.field_encryption
    seal(change, stored_accounts().name, found["_id"])
    #: endif
    if not events:
        return stored_accounts().update_one(found, change).matched_count > 0
    made = [_make(event, found["_id"], about, events) for event in events]
    update = _with_events(change, made)
    if not _change_with_room(found, update):
        full = stored_accounts().find_one({**found, _LAST: {"$exists": True}}, {"pendingEvents": 1})
        if full is None:
            return False
        try:
            _move(full["pendingEvents"])
        except DATABASE_ERRORS as error:
            raise ServiceUnavailableError from error
        if not _change_with_room(found, update):
            return False
    _tell(*made)
    return True


def change_every_account(change: dict[str, Any], event: Event) -> int:
    """Make a *change* to all accounts, and record one *event* with it; return their number.

    Each account carries the same event, so that it is there as soon as the first is changed.
    """
    made = _make(event, None, {})
    count = stored_accounts().update_many({}, _with_events(change, [made])).matched_count
    if count:
        _tell(made)
    return count


def insert_account(account: Account, event: Event, **members: Any) -> None:
    """Store a new account, and record the *event* with it; raises NotUniqueError.

    *members* are stored as they are, beside those that the document class knows.
    """
    made = _make(event, account.id, {})
    account.stamp()
    account.validate()
    try:
        stored_accounts().insert_one({**account.to_mongo(), "pendingEvents": [made], **members})
    except DuplicateKeyError as error:
        raise NotUniqueError from error
    _tell(made)


def move_of(account_id: UUID) -> None:
    """Move what waits in one account, before that is removed."""
    wanted = {"_id": account_id, "pendingEvents._id": {"$exists": True}}
    account = stored_accounts().find_one(wanted, {"pendingEvents": 1})
    if account is not None:
        _move(account["pendingEvents"])


def move_left(waited: timedelta = timedelta()) -> None:
    """Move what waits in any account that has an event which *waited* so long."""
    oldest = {"pendingEvents.createdAt": {"$lte": utc_now() - waited}} if waited else {}
    wanted = {"pendingEvents._id": {"$exists": True}, **oldest}
    while accounts := [*stored_accounts().find(wanted, {"pendingEvents": 1}).limit(_BATCH)]:
        _move([each for account in accounts for each in account["pendingEvents"]])


def _make(
    event: Event, account_id: UUID | None, more: dict[str, Any], beside: Iterable[Event] = ()
) -> dict[str, Any]:
    """Return an event of now, as it is stored; those *beside* it come with the same change."""
    now = utc_now()
    actor, request_id = OPERATOR if click.get_current_context(silent=True) else None, None
    if has_request_context():
        actor = str(context.account_id) if context.is_authenticated else None
        request_id = context.request_id if context.has_request_id else None
    if actor is None and _PROVING & {event, *beside}:
        actor = str(account_id)
    about = {"actor": actor, "account": account_id, "requestId": request_id, **more}
    return {
        "_id": new_id(),
        "what": str(event),
        **{name: value for name, value in about.items() if value is not None},
        "createdAt": now,
        "updatedAt": now,
        "expiresAt": now + timedelta(seconds=settings.AUDIT_RETENTION_SECONDS),
    }


def _with_events(
    change: dict[str, Any] | list[dict[str, Any]], made: list[dict[str, Any]]
) -> dict[str, Any] | list[dict[str, Any]]:
    """Return the update that makes a *change* and puts events into the account."""
    if isinstance(change, list):
        stored = {"$ifNull": ["$pendingEvents", []]}
        pending = {"$concatArrays": [stored, {"$literal": made}]}
        return [*change, {"$set": {"pendingEvents": pending}}]
    return {**change, "$push": {**change.get("$push", {}), "pendingEvents": {"$each": made}}}


def _change_with_room(found: dict[str, Any], update: Any) -> bool:
    wanted = {**found, _LAST: {"$exists": False}}
    return stored_accounts().update_one(wanted, update).matched_count > 0


def _tell(*made: dict[str, Any], **more: Any) -> None:
    for each in made:
        about = {
            "accountId": each.get("account"),
            "accountIndex": each.get("emailIndex"),
            "clientId": each.get("clientId"),
        }
        tell(Event(each["what"]), **about | more)


def _move(events: list[dict[str, Any]]) -> None:
    """Insert events that are not there yet, then take them out of their accounts."""
    _insert(events)
    ids = {"$in": [each["_id"] for each in events]}
    stored_accounts().update_many(
        {"pendingEvents._id": ids}, {"$pull": {"pendingEvents": {"_id": ids}}}
    )


def _insert(events: list[dict[str, Any]]) -> None:
    # An event that is there already is no mistake, and stays as it is.
    distinct = {each["_id"]: each for each in events}
    try:
        collection(collection_name(AuditEvent)).insert_many(distinct.values(), ordered=False)
    except BulkWriteError as error:
        details = error.details or {}
        codes = {each["code"] for each in details.get("writeErrors", ())}
        if codes != {_DUPLICATE} or details.get("writeConcernErrors"):
            raise
