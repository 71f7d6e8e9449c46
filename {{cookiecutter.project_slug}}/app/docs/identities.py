"""What the API document says of the account's identities."""

from __future__ import annotations

from app.docs import Doc

LIST = Doc(
    "Identities",
    operation_id="listIdentities",
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
    "Identities",
    operation_id="linkIdentity",
    description=(
        "Send the browser that made this call to authorizationUrl: the answer sets the cookie that "
        "ties the two together. An account with a password gives it again; one without needs the "
        "access token of a recent log-in, not of a refresh."
    ),
    example={"provider": "github", "currentPassword": "correct horse battery staple"},
    answer={"authorizationUrl": "https://github.com/login/oauth/authorize?response_type=code"},
)

UNLINK = Doc(
    "Identities",
    operation_id="unlinkIdentity",
    description=(
        "Every session ends, the caller's included: log in again. The last way to log in stays. "
        "The access token must be of a recent log-in, not of a refresh."
    ),
)
