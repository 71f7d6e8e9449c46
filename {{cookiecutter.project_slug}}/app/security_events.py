"""The closed list of security events, and a log line for each (OWASP ASVS 5.0, 16.3).

app/audit/recording.py records each event and calls this. A line says what happened, and to which
account. If no account is known, it has the keyed index of the e-mail, so that attempts at one
address can be seen together. It never has an e-mail, a name, an IP address or any text of a client.
"""

from __future__ import annotations

import logging
#: if not cookiecutter.observability
import sys
#: endif
from enum import StrEnum
from typing import (
    Final,
    #: if not cookiecutter.observability
    TextIO,
    #: endif
)
#: if not cookiecutter.observability

from flask import has_request_context

from app.context import context
#: endif

# Members of a line beside the event.
FIELDS: Final = ("accountId", "accountIndex", "clientId")

logger = logging.getLogger(__name__)
# These are logged whatever level is set for other lines.
logger.setLevel(logging.INFO)


class Event(StrEnum):
    """All events there are; alerts are written against these names."""

    SIGNED_UP = "signed-up"
    SIGN_UP_REFUSED = "sign-up-refused"
    LOGIN_SUCCEEDED = "login-succeeded"
    LOGIN_FAILED = "login-failed"
    LOGIN_JAILED = "login-jailed"
    LOGIN_SUSPENDED = "login-suspended"
    #: if cookiecutter.mail
    LOGIN_UNCONFIRMED = "login-unconfirmed"
    #: endif
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of an event.
    PASSWORD_REFUSED = "password-refused"  # noqa: S105 - as above.
    PASSWORD_RESET = "password-reset"  # noqa: S105 - as above.
    #: if cookiecutter.mail
    EMAIL_CONFIRMED = "email-confirmed"
    EMAIL_CHANGED = "email-changed"
    #: endif
    SESSION_ENDED = "session-ended"
    REFRESH_TOKEN_REUSED = "refresh-token-reused"  # noqa: S105 - as above.
    ACCOUNT_DELETED = "account-deleted"
    KEYS_ROTATED = "keys-rotated"
    #: if cookiecutter.jwt_algorithm != "HS256"
    KEYS_PRUNED = "keys-pruned"
    #: endif
    #: if cookiecutter.field_encryption
    ENCRYPTION_APPLIED = "encryption-applied"
    ENCRYPTION_ROTATED = "encryption-rotated"
    #: endif
    ROLES_CHANGED = "roles-changed"
    ACCOUNT_SUSPENDED = "account-suspended"
    ACCOUNT_RESTORED = "account-restored"
    #: if cookiecutter.second_factor
    SECOND_FACTOR_SET_UP = "second-factor-set-up"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    CODE_MISSING = "code-missing"
    CODE_REFUSED = "code-refused"
    RECOVERY_CODE_USED = "recovery-code-used"
    #: endif
    #: if cookiecutter.oauth == "client"
    IDENTITY_LINKED = "identity-linked"
    IDENTITY_UNLINKED = "identity-unlinked"
    #: endif
    #: if cookiecutter.oauth == "server"
    GRANT_GIVEN = "grant-given"
    CODE_REUSED = "code-reused"
    SCOPE_DENIED = "scope-denied"
    CLIENT_ADDED = "client-added"
    CLIENT_ROTATED = "client-rotated"
    CLIENT_REMOVED = "client-removed"
    #: endif


def tell(event: Event, **about: object) -> None:
    """Write the line of an event; *about* has members of FIELDS, which are left out if None."""
    logger.info("%s", event, extra={name: str(value) for name, value in about.items() if value})
#: if not cookiecutter.observability


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to the current sys.stderr, as logging.lastResort does."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # read alone
        """Standard error."""
        return sys.stderr

    def format(self, record: logging.LogRecord) -> str:
        """Return a line of names and values, with the request by which other lines are found."""
        told = {"security": record.getMessage()}
        if has_request_context() and context.has_request_id:
            told["requestId"] = context.request_id
        told |= {name: vars(record)[name] for name in FIELDS if name in vars(record)}
        return " ".join(f"{name}={value}" for name, value in told.items())


logger.addHandler(StandardError())
#: endif
