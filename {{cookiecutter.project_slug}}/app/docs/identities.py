"""What the API document says of the account's identities."""

from __future__ import annotations

from typing import Any

from app.errors import (
    LastIdentityError,
    LoginJailedError,
    NotFoundError,
    ProviderUnavailableError,
    StaleLoginError,
    WrongPasswordError,
)

LIST: dict[str, Any] = {
    "tags": ["Identities"],
    "operationId": "listIdentities",
    "summary": "List the account's identities at providers",
    "answer": {
        "items": [
            {
                "id": "0197a1f4-20aa-7b31-8d5e-5a7c0b9e1f22",
                "provider": "github",
                "createdAt": "2026-01-31T09:31:40.000Z",
            }
        ]
    },
}

LINK: dict[str, Any] = {
    "tags": ["Identities"],
    "operationId": "linkIdentity",
    "summary": "Begin to link the account with an identity at a provider",
    "description": (
        "Send the browser that made this call to authorizationUrl: the answer sets the cookie that "
        "ties the two together. An account with a password gives it again; one without needs the "
        "access token of a recent log-in, not of a refresh."
    ),
    "raises": (
        NotFoundError,
        WrongPasswordError,
        StaleLoginError,
        LoginJailedError,
        ProviderUnavailableError,
    ),
    "example": {"provider": "github", "currentPassword": "correct horse battery staple"},
    "answer": {"authorizationUrl": "https://github.com/login/oauth/authorize?response_type=code"},
}

UNLINK: dict[str, Any] = {
    "tags": ["Identities"],
    "operationId": "unlinkIdentity",
    "summary": "Take an identity from the account",
    "description": (
        "Every session ends, the caller's included: log in again. The last way to log in stays. "
        "The access token must be of a recent log-in, not of a refresh."
    ),
    "raises": (LastIdentityError,),
}
