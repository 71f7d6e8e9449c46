"""Audit events: what somebody did, kept for a time and never changed."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import DateTimeField, ListField, StringField, UUIDField

from app.database.documents import BaseDocument


class AuditEvent(BaseDocument):
    """One thing that happened. It names accounts by their ids alone, and outlives them.

    `createdAt` says when. Nothing changes an event: MongoDB removes it when it is old enough.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "audit_events",
        # One for each filter of the list: whichever is given, a page is one range of one index.
        "indexes": [
            {"fields": ["created_at", "id"]},
            {"fields": ["account", "created_at", "id"]},
            {"fields": ["actor", "created_at", "id"]},
            {"fields": ["what", "created_at", "id"]},
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
    }

    # The value of an Event; a later release may have others.
    what = StringField(required=True)
    # Who did it: the id of an account, or OPERATOR. None where nobody had proven who they are.
    actor = StringField()
    # On whom. No reference: an event stays when its account goes.
    account = UUIDField(binary=True)
    # A keyed hash of the e-mail that somebody tried, where no account has it.
    email_index = StringField(db_field="emailIndex")
    # Which roles the account has since, where they have changed.
    roles = ListField(StringField())
    #: if cookiecutter.oauth == "server"
    # The other app that did it, or for which it was done.
    client_id = UUIDField(binary=True, db_field="clientId")
    #: endif
    request_id = StringField(db_field="requestId")
    expires_at = DateTimeField(db_field="expiresAt", required=True)
