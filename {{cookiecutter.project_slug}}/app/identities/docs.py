"""What the API document says of identities, and of logging in with a provider."""

from __future__ import annotations

from app.accounts.docs import SESSIONS_TAG, TOKEN_PAIR
from app.operations import Doc, Tag

_TAG = Tag("Identities", "With which accounts at providers the caller can log in.")

LIST = Doc(
    _TAG,
    operation_id="listIdentities",
    description="All of them at once: there are never many.",
    answer={
        "items": [
            {
                "id": "0197a1f4-20aa-7b31-8d5e-5a7c0b9e1f22",
                "provider": "github",
                "createdAt": "2026-01-31T09:31:40.000Z",
            }
        ]
    },
)

LINK = Doc(
    _TAG,
    operation_id="linkIdentity",
    description=(
        "Send the browser that made this call to authorizationUrl: the answer sets the cookie that "
        "ties the two together. An account with a password gives it again; one without needs the "
        "access token of a recent log-in, not of a refresh."
        #: if cookiecutter.second_factor
        " An account with a second factor links none: a provider is one factor alone."
        #: endif
    ),
    example={"provider": "github", "currentPassword": "correct horse battery staple"},
    answer={"authorizationUrl": "https://github.com/login/oauth/authorize?response_type=code"},
)

UNLINK = Doc(
    _TAG,
    operation_id="unlinkIdentity",
    description=(
        "Every session ends, the caller's included: log in again. The last way to log in stays."
    ),
)


_PROVIDER = {"provider": "A provider, as far as the settings switch it on."}
_CHOICES = {"provider": ["google", "github", "oidc"]}

BEGIN = Doc(
    SESSIONS_TAG,
    operation_id="beginProviderLogin",
    description=(
        "Open this in a browser: the answer sets the cookie without which the way back is refused."
    ),
    parameters=_PROVIDER,
    choices=_CHOICES,
)

FINISH = Doc(
    SESSIONS_TAG,
    operation_id="finishProviderLogin",
    description=(
        "Works once, in the browser that the log-in was begun in. An account is made where none "
        "is linked with who logged in and none has the e-mail, which the provider must have "
        "verified; one that was asked to is linked."
        #: if cookiecutter.second_factor
        " An account with a second factor is not opened: it logs in with password and code."
        #: endif
    ),
    choices=_CHOICES,
    parameters={
        **_PROVIDER,
        "state": "What the log-in was begun with.",
        "code": "What the provider exchanges.",
        "iss": "The issuer that answers (RFC 9207).",
        "error": "Why there is no code.",
    },
    answer=TOKEN_PAIR,
)
