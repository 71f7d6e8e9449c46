"""What the API document says of sign-up, log-in, refresh and log-out."""

from __future__ import annotations

from typing import Any

from app.docs.shared_examples import ACCOUNT, TOKEN_PAIR
from app.errors import EmailTakenError, LoginJailedError, WrongCredentialsError

SIGN_UP: dict[str, Any] = {
    "tags": ["Sessions"],
    "operationId": "signUp",
    "summary": "Create an account",
    "description": (
        "The e-mail is compared without regard to case. A password has 8 to 256 characters in "
        "Unicode's NFC; common ones, patterns and names of the account or the service are 422."
    ),
    "raises": (EmailTakenError,),
    "example": {
        "email": "minji@example.com",
        "password": "correct horse battery staple",
        "displayName": "김민지",
    },
    "answer": ACCOUNT,
}

LOG_IN: dict[str, Any] = {
    "tags": ["Sessions"],
    "operationId": "logIn",
    "summary": "Exchange credentials for tokens",
    "description": (
        "Failed log-ins are counted by account and address, by account and by address. Too many "
        "are answered 429 for a while that grows, whether or not the account exists."
    ),
    "raises": (WrongCredentialsError, LoginJailedError),
    "example": {"email": "minji@example.com", "password": "correct horse battery staple"},
    "answer": TOKEN_PAIR,
}

REFRESH: dict[str, Any] = {
    "tags": ["Sessions"],
    "operationId": "refreshSession",
    "summary": "Exchange a refresh token for a new pair",
    "description": (
        "The refresh token is the bearer token. It works once: a second use ends the whole session."
    ),
    "answer": TOKEN_PAIR,
}

LOG_OUT: dict[str, Any] = {
    "tags": ["Sessions"],
    "operationId": "logOut",
    "summary": "End the session",
    "description": "Access and refresh tokens of the session are over at once.",
}
