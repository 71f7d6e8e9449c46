"""Log security events of accounts, for whoever monitors them (OWASP ASVS 5.0, 16.3).

Each event is one log line: what happened, and to which account. If no account is known, the line
has the keyed index of the e-mail, so that attempts at one address can be seen together. A line
never has an e-mail, a name, an IP address or any text of a client.
"""

from __future__ import annotations

import logging
#: if not cookiecutter.observability
import sys
#: endif
from enum import StrEnum
from typing import (
    TYPE_CHECKING,
    Final,
    #: if not cookiecutter.observability
    TextIO,
    #: endif
)
#: if not cookiecutter.observability

from flask import has_request_context
#: endif
#: if not (cookiecutter.observability and cookiecutter.field_encryption)

#: endif
#: if not cookiecutter.observability
from app.context import context
#: endif
#: if not cookiecutter.field_encryption
from app.database.keyed_hashes import hash_for
#: endif

if TYPE_CHECKING:
    from uuid import UUID

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
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of an event.
    PASSWORD_REFUSED = "password-refused"  # noqa: S105 - as above.
    SESSION_ENDED = "session-ended"
    REFRESH_TOKEN_REUSED = "refresh-token-reused"  # noqa: S105 - as above.
    ACCOUNT_DELETED = "account-deleted"
    #: if cookiecutter.second_factor
    SECOND_FACTOR_SET_UP = "second-factor-set-up"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    CODE_REFUSED = "code-refused"
    RECOVERY_CODE_USED = "recovery-code-used"
    #: endif
    ROLES_CHANGED = "roles-changed"
    ACCOUNT_SUSPENDED = "account-suspended"
    ACCOUNT_RESTORED = "account-restored"
    #: if cookiecutter.oauth == "client"
    IDENTITY_LINKED = "identity-linked"
    IDENTITY_UNLINKED = "identity-unlinked"
    #: endif
    #: if cookiecutter.oauth == "server"
    GRANT_GIVEN = "grant-given"
    CODE_REUSED = "code-reused"
    SCOPE_DENIED = "scope-denied"
    #: endif


def tell(
    event: Event,
    account_id: UUID | None = None,
    *,
    email_index: str | None = None,
    #: if cookiecutter.oauth == "server"
    client_id: UUID | None = None,
    #: endif
) -> None:
    """Write the line of an event; *email_index* is the index of an e-mail, known or not."""
    #: if not cookiecutter.field_encryption
    # Keyed, so that nobody can find the address by trying.
    email_index = email_index and hash_for("security-events", email_index).hex()
    #: endif
    about = {
        "accountId": account_id,
        "accountIndex": email_index,
        #: if cookiecutter.oauth == "server"
        "clientId": client_id,
        #: endif
    }
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
