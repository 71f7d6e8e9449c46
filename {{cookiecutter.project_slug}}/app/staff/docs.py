"""What the API document says of the accounts of others."""

from __future__ import annotations

from typing import Any

from app.operations import Doc, Tag

_TAG = Tag("Accounts", "The accounts of others, for staff and admins.")

_ACCOUNT: dict[str, Any] = {
    "id": "0197a1f2-5d20-7c41-9e0b-3f6a8d1c2b47",
    "email": "minji@example.com",
    "displayName": "김민지",
    "createdAt": "2026-01-31T09:26:53.589Z",
    "updatedAt": "2026-01-31T09:26:53.589Z",
    "roles": ["member"],
    "isSuspended": False,
    #: if cookiecutter.mail
    "isConfirmed": True,
    #: endif
}

LIST = Doc(
    _TAG,
    operation_id="listAccounts",
    description=(
        "Pass nextCursor as cursor, with the same sort and filters, to read the next page; "
        "it is null at the end. Accounts that are being deleted are not listed."
    ),
    parameters={
        "limit": "How many accounts a page has at most.",
        "cursor": "The nextCursor of the page before.",
        "sort": "The member to sort by; a minus sign turns the order round.",
        "state": "Only accounts of this state.",
        "email": "Only the account with exactly this e-mail, compared without regard to case.",
    },
    answer={"items": [_ACCOUNT], "nextCursor": None},
)

READ = Doc(_TAG, answer=_ACCOUNT)

CHANGE = Doc(
    _TAG,
    description=(
        "What is left out stays as it is. Suspending ends every session of the account, and its "
        "log-ins are 403 until that is taken back; no session comes back with it. Roles are "
        "changed by admins alone, and count from the next request on; everybody is a member, "
        "whether or not that is named. Nobody changes their own account here, only admins change "
        #: if cookiecutter.mail
        "that of an admin, and the last admin stays one. An account that nobody has confirmed is "
        "nobody's yet, and is not changed."
        #: else
        "that of an admin, and the last admin stays one."
        #: endif
    ),
    example={"isSuspended": True},
    answer={**_ACCOUNT, "isSuspended": True},
)

END_SESSIONS = Doc(
    _TAG,
    operation_id="endSessionsOfAccount",
    description=(
        #: if cookiecutter.oauth == "server"
        "Log-ins and grants to other apps are over at once, and so is every log-in that has begun "
        "and not ended yet. Only admins do this to an admin."
        #: else
        "Log-ins are over at once, and so is every one that has begun and not ended yet. Only "
        "admins do this to an admin."
        #: endif
    ),
)
