"""What the API document says of logging in with a provider."""

from __future__ import annotations

from typing import Any

from app.docs.shared_examples import TOKEN_PAIR
from app.errors import (
    EmailUnverifiedError,
    IdentityTakenError,
    LinkRequiredError,
    LoginRefusedError,
    LoginStateError,
    MalformedRequestError,
    ProviderUnavailableError,
    TooManyIdentitiesError,
)

_PATH: dict[str, Any] = {
    "provider": {
        "description": "A provider, as far as the settings switch it on.",
        "schema": {"type": "string", "enum": ["google", "github", "oidc"]},
    }
}

BEGIN: dict[str, Any] = {
    "tags": ["Sessions"],
    "operationId": "beginProviderLogin",
    "summary": "Send the browser to a provider to log in",
    "description": (
        "Open this in a browser: the answer sets the cookie without which the way back is refused."
    ),
    "path": _PATH,
    "raises": (ProviderUnavailableError,),
}

FINISH: dict[str, Any] = {
    "tags": ["Sessions"],
    "operationId": "finishProviderLogin",
    "summary": "Exchange what the provider sent the browser back with for tokens",
    "description": (
        "Works once, in the browser that the log-in was begun in. An account is made where none "
        "is linked with who logged in and none has the e-mail, which the provider must have "
        "verified; one that was asked to is linked."
    ),
    "path": _PATH,
    "parameters": {
        "state": "What the log-in was begun with.",
        "code": "What the provider exchanges.",
        "iss": "The issuer that answers (RFC 9207).",
        "error": "Why there is no code.",
    },
    "raises": (
        LoginStateError,
        MalformedRequestError,
        LoginRefusedError,
        EmailUnverifiedError,
        LinkRequiredError,
        IdentityTakenError,
        TooManyIdentitiesError,
        ProviderUnavailableError,
    ),
    "answer": TOKEN_PAIR,
}
