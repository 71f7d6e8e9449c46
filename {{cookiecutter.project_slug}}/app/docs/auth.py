"""What the API document says of sign-up, log-in, refresh and log-out."""

from __future__ import annotations

from app.docs import Doc
from app.docs.shared_examples import ACCOUNT, TOKEN_PAIR

SIGN_UP = Doc(
    "Sessions",
    operation_id="signUp",
    description=(
        "The e-mail is compared without regard to case. A password has 8 to 256 characters in "
        "Unicode's NFC; common ones, patterns and names of the account or the service are 422."
    ),
    example={
        "email": "minji@example.com",
        "password": "correct horse battery staple",
        "displayName": "김민지",
    },
    answer=ACCOUNT,
)

LOG_IN = Doc(
    "Sessions",
    operation_id="logIn",
    description=(
        "Failed log-ins are counted by account and address, by account and by address. Too many "
        "are answered 429 for a while that grows, whether or not the account exists."
    ),
    example={"email": "minji@example.com", "password": "correct horse battery staple"},
    answer=TOKEN_PAIR,
)

REFRESH = Doc(
    "Sessions",
    operation_id="refreshSession",
    description=(
        "The refresh token is the bearer token. It works once: a second use ends the whole session."
    ),
    answer=TOKEN_PAIR,
)

LOG_OUT = Doc(
    "Sessions",
    operation_id="logOut",
    description="Access and refresh tokens of the session are over at once.",
)
