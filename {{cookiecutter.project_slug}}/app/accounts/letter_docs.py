"""What the API document says of what letters let their readers do."""

from __future__ import annotations

from typing import Final

from app.accounts.docs import ACCOUNT_TAG, SESSIONS_TAG
from app.operations import Doc

# As the # of a link has it: 16 bytes name the account, 32 are random.
_TOKEN: Final = "AZeh8l0gfEGeCz9qjRwrR1nMJ9yY0hB7lBq3mWm0eKQx2v6dT4sUoPzXcVbNaSdF"  # noqa: S105 - an example.

CONFIRM = Doc(
    SESSIONS_TAG,
    operation_id="confirmEmail",
    description=(
        "The token stands behind the # of the link in the letter. It counts once, and until there "
        "is a newer one; a wrong, an old and a used one are answered alike. With the token of a "
        "sign-up the account opens; with that of PUT /me/email its address changes."
    ),
    example={"token": _TOKEN},
)

ASK_FOR_RESET = Doc(
    SESSIONS_TAG,
    operation_id="askForPasswordReset",
    description=(
        "The answer is the same, and takes the same time, whether or not an account has the "
        "address. An address gets a few letters an hour, and only the newest one counts."
    ),
    example={"email": "minji@example.com"},
)

RESET = Doc(
    SESSIONS_TAG,
    operation_id="resetPassword",
    description=(
        "Every session is over, and so is the jail of the account. The new password is held "
        "against the same rules as at sign-up; one that is refused does not use the token up."
    ),
    example={"token": _TOKEN, "newPassword": "an even longer passphrase"},
)

CHANGE_EMAIL = Doc(
    ACCOUNT_TAG,
    operation_id="changeEmail",
    description=(
        #: if cookiecutter.oauth == "client"
        "The address changes once the letter there is answered; the old one gets a notice. The "
        "answer does not tell whether another account has the address. An account that began with "
        "a provider has no password to give."
        #: else
        "The address changes once the letter there is answered; the old one gets a notice. The "
        "answer does not tell whether another account has the address."
        #: endif
    ),
    example={
        "newEmail": "minji.kim@example.com",
        "currentPassword": "correct horse battery staple",
    },
)
