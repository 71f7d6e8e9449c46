"""Accounts and their sessions.

Sessions are embedded in the account, so that one read serves account, session and
revocation. Their number is bounded (SESSION_LIMIT): the oldest makes room for the newest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    #: if cookiecutter.field_encryption
    DynamicField,
    #: endif
    #: if cookiecutter.second_factor
    EmbeddedDocumentField,
    #: endif
    EmbeddedDocumentListField,
    IntField,
    ListField,
    StringField,
    UUIDField,
)

#: if cookiecutter.mail
from app.accounts.languages import Language, read_language
#: endif
from app.database.documents import BaseDocument, BaseEmbeddedDocument
#: if cookiecutter.field_encryption
from app.encryption import EncryptedStringField, blind_index, blind_indexes, index_to_store
#: endif
#: if cookiecutter.oauth == "client"
from app.identities.identity import UNIQUE_IDENTITY, Identity
#: endif
#: if cookiecutter.second_factor
from app.second_factor.models import SecondFactor
#: endif

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from pymongo.collection import Collection


class Session(BaseEmbeddedDocument):
    """One log-in on one device: a family of tokens that lives and dies together."""

    id = UUIDField(binary=True, db_field="id", required=True)
    refresh_id = UUIDField(binary=True, db_field="refreshId", required=True)
    created_at = DateTimeField(db_field="createdAt", required=True)
    expires_at = DateTimeField(db_field="expiresAt", required=True)
    # When it was last refreshed. Sessions from before these two fields have none.
    last_used_at = DateTimeField(db_field="lastUsedAt")
    # What it was opened with, as app/accounts/user_agents.py names it. That is said of a program,
    # and of so many people at once that it is personal to none of them.
    client = StringField()
    #: if cookiecutter.oauth == "server"
    # Of a session that was granted to another app: which one, and what it may do.
    client_id = UUIDField(binary=True, db_field="clientId")
    scope = StringField()
    #: endif


class Account(BaseDocument):
    """Somebody who can log in."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "accounts",
        "indexes": [
            {"fields": ["email_index"], "unique": True},
            # Of the lists that staff page through.
            {"fields": ["created_at", "id"]},
            {"fields": ["is_suspended", "created_at", "id"]},
            #: if cookiecutter.oauth == "client"
            UNIQUE_IDENTITY,
            #: endif
            # Few accounts have any, and only for a minute.
            {"fields": ["pending_events._id"], "sparse": True},
            #: if cookiecutter.mail
            {"fields": ["unconfirmed_until"], "expireAfterSeconds": 0},
            # Few accounts have any: workers look for those that were left.
            {"fields": ["pending_letters.createdAt"], "sparse": True},
            #: endif
        ],
    }

    #: if cookiecutter.field_encryption
    email = EncryptedStringField(required=True, indexed_in="emailIndex", folding=str.lower)
    display_name = EncryptedStringField(db_field="displayName", required=True)
    # One digest, or two while FIELD_INDEX_KEY is being changed.
    email_index = DynamicField(db_field="emailIndex", required=True)
    #: else
    email = StringField(required=True)
    display_name = StringField(db_field="displayName", required=True)
    email_index = StringField(db_field="emailIndex", required=True)
    #: endif
    #: if cookiecutter.oauth == "client"
    # An account that began with a provider has no password.
    password_hash = StringField(db_field="passwordHash")
    identities = EmbeddedDocumentListField(Identity)
    #: else
    password_hash = StringField(db_field="passwordHash", required=True)
    #: endif
    #: if cookiecutter.second_factor
    second_factor = EmbeddedDocumentField(SecondFactor, db_field="secondFactor")
    # One that nobody has confirmed yet.
    pending_second_factor = EmbeddedDocumentField(SecondFactor, db_field="pendingSecondFactor")
    #: endif
    sessions = EmbeddedDocumentListField(Session)
    # Those of app/accounts/roles.py beyond that of a member; most accounts have none.
    roles = ListField(StringField())
    # True, or not there.
    is_suspended = BooleanField(db_field="isSuspended")
    # Goes up with every change of the two, so that none goes on from what is no longer so.
    standing_version = IntField(db_field="standingVersion")
    # Goes up with everything that makes earlier log-ins invalid: a new password, an unlinked
    # identity, an operator's command. Accounts from before this field have none: it counts as 0.
    credential_version = IntField(db_field="credentialVersion", default=0)
    #: if cookiecutter.oauth == "client"
    # When it last went up. A log-in at a provider compares it, since it knows its account last.
    credentials_ended_at = DateTimeField(db_field="credentialsEndedAt")
    #: endif
    # Keyed hashes of the addresses its owner logged in from: failures elsewhere do not jail those.
    known_addresses = ListField(StringField(), db_field="knownAddresses")

    # Audit events that came with a change, until app/audit/recording.py has moved them.
    pending_events = ListField(DictField(), db_field="pendingEvents")
    # Goes up with every reset of the password: failures from before jail nobody any more.
    resets = IntField()
    #: if cookiecutter.mail
    # Until its address is confirmed nobody can log in; at this moment MongoDB removes it, so that
    # no address is taken by whoever cannot read its mail. A confirmed account has none.
    unconfirmed_until = DateTimeField(db_field="unconfirmedUntil")
    # Whether several have signed up with it before, with passwords that differ.
    is_contested = BooleanField(db_field="isContested")
    # The address that it is to have once the letter there is answered.
    #: if cookiecutter.field_encryption
    new_email = EncryptedStringField(db_field="newEmail")
    #: else
    new_email = StringField(db_field="newEmail")
    #: endif
    # What app/accounts/letter_tokens.py stores of the newest token of each purpose.
    letter_tokens = DictField(db_field="letterTokens")
    # As app/accounts/languages.py names it. One of a newer release is kept as it is.
    language = StringField()
    # Letters that a change of the account has caused, stored with that change. They stay here for a
    # moment: app/mail/letters.py makes jobs of them.
    pending_letters = ListField(DictField(), db_field="pendingLetters")
    #: else
    # Until when one log-in may use a password of an operator; after it that only confirms the next.
    one_time_until = DateTimeField(db_field="oneTimeUntil")
    #: endif

    # Since when it is being deleted: nobody can log in, and one session may repeat the request.
    deletion_began_at = DateTimeField(db_field="deletionBeganAt")

    @staticmethod
    def email_index_for(email: str) -> str:
        """Return the key for counting by e-mail: the same for every spelling of one address."""
        #: if cookiecutter.field_encryption
        return blind_index(email.lower())
        #: else
        return email.lower()
        #: endif

    @staticmethod
    def email_index_to_store(email: str) -> Any:
        """Return the value of email_index: no two accounts can have the same e-mail."""
        #: if cookiecutter.field_encryption
        return index_to_store(email.lower())
        #: else
        return email.lower()
        #: endif

    @staticmethod
    def with_email(email: str) -> dict[str, Any]:
        """Return the query that finds the account of an e-mail."""
        #: if cookiecutter.field_encryption
        return {"emailIndex": {"$in": blind_indexes(email.lower())}}
        #: else
        return {"emailIndex": email.lower()}
        #: endif


def stored_accounts() -> Collection[dict[str, Any]]:
    """Return the raw collection.

    Sessions are written without the model: that is no change of the account, so updatedAt stays,
    and every request reads them.
    """
    accounts: Collection[dict[str, Any]] = Account._get_collection()  # noqa: SLF001 - mongoengine's accessor for raw collections.
    return accounts


def read_email(record: dict[str, Any]) -> str:
    """Return the address of a stored account without building a document."""
    #: if cookiecutter.field_encryption
    email: str = Account.email.read_from(record)
    #: else
    email: str = record["email"]
    #: endif
    return email


def with_session(session: dict[str, Any], most: int) -> list[dict[str, Any]]:
    #: if cookiecutter.oauth == "server"
    """Return the update that stores a new session and removes expired ones.

    The newest *most* of its kind stay: neither log-ins nor grants push the others out.
    """
    #: else
    """Return the update that stores a new session and removes expired ones.

    The newest *most* stay.
    """
    #: endif
    stored = {"$ifNull": ["$sessions", []]}
    in_time = {"$gt": ["$$each.expiresAt", session["createdAt"]]}
    #: if cookiecutter.oauth == "server"
    granted: dict[str, Any] = {"$ne": [{"$ifNull": ["$$each.clientId", None]}, None]}
    own: dict[str, Any] = {"$not": [granted]}
    same, others = (granted, own) if "clientId" in session else (own, granted)

    def kept(kind: dict[str, Any]) -> dict[str, Any]:
        return {"$filter": {"input": stored, "as": "each", "cond": {"$and": [in_time, kind]}}}

    newest = {"$slice": [{"$concatArrays": [kept(same), {"$literal": [session]}]}, -most]}
    return [{"$set": {"sessions": {"$concatArrays": [kept(others), newest]}}}]
    #: else
    kept = {"$filter": {"input": stored, "as": "each", "cond": in_time}}
    newest = {"$slice": [{"$concatArrays": [kept, {"$literal": [session]}]}, -most]}
    return [{"$set": {"sessions": newest}}]
    #: endif


class Deletion(BaseDocument):
    """Marks an account as deleted, by its id, until no request can write for it any more."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "deletions",
        "indexes": [{"fields": ["due_at"]}],
    }

    # When what the account owns is looked for again.
    due_at = DateTimeField(db_field="dueAt", required=True)


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account shows of itself."""

    # As they are stored.
    MEMBERS: ClassVar = (
        "email",
        "displayName",
        #: if cookiecutter.mail
        "language",
        #: endif
        "createdAt",
        "updatedAt",
    )

    id: UUID
    email: str
    display_name: str
    #: if cookiecutter.mail
    language: Language
    #: endif
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Read a stored account without building a document: every request does this."""
        #: if cookiecutter.field_encryption
        display_name = Account.display_name.read_from(record)
        #: else
        display_name = record["displayName"]
        #: endif
        return cls(
            id=record["_id"],
            email=read_email(record),
            display_name=display_name,
            #: if cookiecutter.mail
            language=read_language(record.get("language")),
            #: endif
            created_at=record["createdAt"],
            updated_at=record["updatedAt"],
        )
