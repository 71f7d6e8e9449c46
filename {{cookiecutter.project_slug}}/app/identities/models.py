"""Log-ins that were sent to a provider and have not come back yet.

A document is found by what only its own browser brings: its id is derived from the state, which
the provider hands back, and `browser` from the secret in the browser's cookie. Neither of the two
is stored, so that nobody who reads the database can finish a log-in.
"""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import CASCADE, DateTimeField, IntField, LazyReferenceField, StringField, UUIDField

from app.accounts.models import Account
from app.database.documents import BaseDocument


class PendingLogin(BaseDocument):
    """One log-in at a provider, used once."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "pending_logins",
        "indexes": [
            {"fields": ["account"]},
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
    }

    provider = StringField(required=True)
    browser = UUIDField(binary=True, required=True)
    nonce = StringField(required=True)
    expires_at = DateTimeField(db_field="expiresAt", required=True)
    # Where an account is linked: whose, and the session that asked for it.
    account = LazyReferenceField(Account, db_field="accountId", reverse_delete_rule=CASCADE)
    credential_version = IntField(db_field="credentialVersion", default=0)
    session_id = UUIDField(binary=True, db_field="sessionId")
