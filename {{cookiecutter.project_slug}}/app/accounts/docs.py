"""What the API document says of accounts and sessions."""

from __future__ import annotations

from typing import Any

from app.operations import Doc, Tag

SESSIONS_TAG = Tag("Sessions", "Sign up, log in, and what keeps a caller logged in.")
ACCOUNT_TAG = Tag("Account", "The account of whoever calls.")

ACCOUNT: dict[str, Any] = {
    "id": "0197a1f2-5d20-7c41-9e0b-3f6a8d1c2b47",
    "email": "minji@example.com",
    "displayName": "김민지",
    #: if cookiecutter.mail
    "language": "ko",
    #: endif
    "createdAt": "2026-01-31T09:26:53.589Z",
    "updatedAt": "2026-01-31T09:26:53.589Z",
}

TOKEN_PAIR: dict[str, Any] = {
    "accessToken": "eyJhbGciOi…",
    "refreshToken": "eyJhbGciOi…",
    "tokenType": "Bearer",
    "expiresIn": 900,
}


SIGN_UP = Doc(
    SESSIONS_TAG,
    operation_id="signUp",
    description=(
        "The e-mail is compared without regard to case. A password has 8 to 256 characters in "
        "Unicode's NFC; common ones, patterns and names of the account or the service are 422."
        #: if cookiecutter.mail
        " The address gets a letter, with whose token the account opens; where it has one already, "
        "the letter says so. The answer is the same, and takes the same time. After sign-ups with "
        "one address and passwords that differ none counts: once it is confirmed another letter "
        "lets its owner choose one. Accept-Language says in which language the account is written "
        "to."
        #: endif
    ),
    example={
        "email": "minji@example.com",
        "password": "correct horse battery staple",
        "displayName": "김민지",
    },
    #: if not cookiecutter.mail
    answer=ACCOUNT,
    #: endif
)

LOG_IN = Doc(
    SESSIONS_TAG,
    operation_id="logIn",
    description=(
        "Failed log-ins are counted by account and address, by account and by address. Too many "
        "are answered 429 for a while that grows, whether or not the account exists."
        #: if cookiecutter.second_factor
        " An account with a second factor gives a code, too: of its app, where it counts once, or "
        "a recovery code. Wrong codes are counted by account."
        #: endif
        #: if cookiecutter.mail
        " Before its address is confirmed an account is answered 403 for the right password; the "
        "letter is sent again then, at most once an hour."
        #: endif
    ),
    example={"email": "minji@example.com", "password": "correct horse battery staple"},
    answer=TOKEN_PAIR,
)

REFRESH = Doc(
    SESSIONS_TAG,
    operation_id="refreshSession",
    description=(
        "The refresh token is the bearer token. It works once: a second use ends the whole session."
    ),
    answer=TOKEN_PAIR,
)

LOG_OUT = Doc(
    SESSIONS_TAG,
    operation_id="logOut",
    description="Access and refresh tokens of the session are over at once.",
)

LIST_SESSIONS = Doc(
    SESSIONS_TAG,
    operation_id="listSessions",
    description=(
        "All open log-ins at once, the oldest first: there are never many. lastUsedAt is when the "
        "session was opened or last refreshed. client is what opened it, by its User-Agent, which "
        "may say anything; it is null where none was sent."
    ),
    answer={
        "items": [
            {
                "id": "0197a1f2-5d20-7c41-9e0b-3f6a8d1c2b48",
                "createdAt": "2026-01-31T09:26:53.589Z",
                "lastUsedAt": "2026-02-03T18:02:11.240Z",
                "client": "Firefox on Linux",
                "isCurrent": True,
            }
        ]
    },
)

END_OTHER_SESSIONS = Doc(
    SESSIONS_TAG,
    operation_id="endOtherSessions",
    description=(
        #: if cookiecutter.oauth == "server"
        "Their tokens are over at once, and so is every log-in that has begun and not ended yet. "
        "The caller's session and grants to other apps stay."
        #: else
        "Their tokens are over at once, and so is every log-in that has begun and not ended yet. "
        "The caller's session stays."
        #: endif
    ),
)

END_SESSION = Doc(
    SESSIONS_TAG,
    operation_id="endSession",
    description="Its tokens are over at once. Ending the caller's own is to log out.",
)


READ = Doc(
    ACCOUNT_TAG,
    operation_id="readAccount",
    description="What the account says of itself; its password and its tokens are never shown.",
    answer=ACCOUNT,
)

CHANGE = Doc(
    ACCOUNT_TAG,
    operation_id="changeAccount",
    description="The e-mail and the password are not changed here.",
    example={"displayName": "민지 🚀"},
    answer={**ACCOUNT, "displayName": "민지 🚀"},
)

DELETE = Doc(
    ACCOUNT_TAG,
    operation_id="deleteAccount",
    description=(
        "Everything that belongs to the account is deleted with it. Where there is so much that it "
        "takes longer than a request may, the answer is 503: the same token asks again until it is "
        "done."
    ),
)

CHANGE_PASSWORD = Doc(
    ACCOUNT_TAG,
    operation_id="changePassword",
    description=(
        "Every token from before is over, the caller's and its copies included: the answer has new "
        "ones. Wrong current passwords are counted by session: too many are answered 429 for a "
        "while that grows. The new one is held against the same rules as at sign-up."
        #: if cookiecutter.second_factor
        " With a second factor the new tokens are none of a fresh log-in: that takes a code."
        #: endif
    ),
    example={
        "currentPassword": "correct horse battery staple",
        "newPassword": "an even longer passphrase",
    },
    answer=TOKEN_PAIR,
)
