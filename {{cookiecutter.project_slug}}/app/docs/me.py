"""What the API document says of the caller's own account."""

from __future__ import annotations

from app.docs import Doc
from app.docs.shared_examples import ACCOUNT, TOKEN_PAIR

READ = Doc("Account", operation_id="readAccount", answer=ACCOUNT)

CHANGE = Doc(
    "Account",
    operation_id="changeAccount",
    example={"displayName": "민지 🚀"},
    answer={**ACCOUNT, "displayName": "민지 🚀"},
)

DELETE = Doc(
    "Account",
    operation_id="deleteAccount",
    description=(
        "Everything that belongs to the account is deleted with it. The access token must be of a "
        "recent log-in, not of a refresh. Where there is so much that it takes longer than a "
        "request may, the answer is 503: the same token asks again until it is done."
    ),
)

CHANGE_PASSWORD = Doc(
    "Account",
    operation_id="changePassword",
    description=(
        "Every token from before is over, the caller's and its copies included: the answer has new "
        "ones. Wrong current passwords are counted by session: too many are answered 429 for a "
        "while that grows. The new one is held against the same rules as at sign-up."
    ),
    example={
        "currentPassword": "correct horse battery staple",
        "newPassword": "an even longer passphrase",
    },
    answer=TOKEN_PAIR,
)
