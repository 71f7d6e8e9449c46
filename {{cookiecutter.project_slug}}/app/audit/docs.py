"""What the API document says of audit events."""

from __future__ import annotations

from typing import Any

from app.operations import Doc, Tag

_TAG = Tag("Audit events", "Who did what, on whom and when; nobody changes or removes them.")

_EVENT: dict[str, Any] = {
    "id": "0197a1f3-9c2e-7b14-8d03-5a7be1c0f642",
    "what": "password-changed",
    "createdAt": "2026-01-31T09:26:53.589Z",
    "actor": "0197a1f2-6f0c-7d5e-9a43-8c1b2e7d4f60",
    "account": "0197a1f2-6f0c-7d5e-9a43-8c1b2e7d4f60",
    "emailIndex": None,
    "roles": [],
    #: if cookiecutter.oauth == "server"
    "clientId": None,
    #: endif
    "requestId": "0197a1f3-9c10-7c66-b5f2-1d2e3f4a5b6c",
}

LIST = Doc(
    _TAG,
    operation_id="listAuditEvents",
    description=(
        "Accounts are named by their ids, and their events stay when they are deleted. actor is "
        'the account that did it, "operator" for a command on the server, and null where nobody '
        "had proven who they are. emailIndex stands for an address that no account has, the same "
        "each time. roles is what an account has after roles-changed. Events are kept for "
        "AUDIT_RETENTION_SECONDS."
    ),
    parameters={
        "limit": "How many events a page has at most.",
        "cursor": "The nextCursor of the page before, with the same filters.",
        "account": "Only what was done to this account.",
        "actor": "Only what was done by this account, or by the operator.",
        "what": "Only events of this kind.",
        "createdAfter": "Only events after this moment.",
        "createdBefore": "Only events before this moment.",
    },
    answer={"items": [_EVENT], "nextCursor": None},
)
