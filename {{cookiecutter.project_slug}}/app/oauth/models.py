"""Other apps that may ask for access, and what they are granted until they have tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import (
    CASCADE,
    BooleanField,
    DateTimeField,
    IntField,
    LazyReferenceField,
    ListField,
    StringField,
    UUIDField,
)

from app.accounts.models import Account
from app.database.documents import BaseDocument


class OAuthClient(BaseDocument):
    """An app that was registered (RFC 6749 section 2); its id is the client_id."""

    meta: ClassVar[dict[str, Any]] = {"collection": "oauth_clients"}

    name = StringField(required=True)
    redirect_uris = ListField(StringField(), db_field="redirectUris", required=True)
    scopes = ListField(StringField(), required=True)
    default_scopes = ListField(StringField(), db_field="defaultScopes", required=True)
    # A public client, which can keep no secret, has none (section 2.1).
    secret_hash = StringField(db_field="secretHash")


class UsedConsent(BaseDocument):
    """A consent page that an account has answered: it can be answered once."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "oauth_consents",
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}],
    }

    expires_at = DateTimeField(db_field="expiresAt", required=True)


class AuthorizationCode(BaseDocument):
    """What an account granted to a client, until the client exchanges it.

    A code is found by an id that is derived from it: it is stored nowhere. One that was
    exchanged stays for a while, so that its second use is noticed.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "oauth_codes",
        "indexes": [
            {"fields": ["account"]},
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
    }

    client_id = UUIDField(binary=True, db_field="clientId", required=True)
    account = LazyReferenceField(
        Account, db_field="accountId", reverse_delete_rule=CASCADE, required=True
    )
    credential_version = IntField(db_field="credentialVersion", default=0)
    # Chosen before the session exists, so that whoever uses the code again can end it in any case.
    session_id = UUIDField(binary=True, db_field="sessionId", required=True)
    # Empty where the request left it out: then the exchange may, too.
    redirect_uri = StringField(db_field="redirectUri")
    scope = StringField(required=True)
    code_challenge = StringField(db_field="codeChallenge", required=True)
    code_challenge_method = StringField(db_field="codeChallengeMethod", required=True)
    good_until = DateTimeField(db_field="goodUntil", required=True)
    is_used = BooleanField(db_field="isUsed", default=False)
    is_reused = BooleanField(db_field="isReused", default=False)
    expires_at = DateTimeField(db_field="expiresAt", required=True)

    def get_redirect_uri(self) -> str:
        """Return what the exchange has to name; Authlib asks for it by this name."""
        return self.redirect_uri or ""

    def get_scope(self) -> str:
        """Return what was granted, scopes between spaces; asked for as above."""
        return str(self.scope)
