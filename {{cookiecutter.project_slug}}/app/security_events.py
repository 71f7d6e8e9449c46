"""What happens to accounts, told to whoever watches over them (OWASP ASVS 5.0, 16.3).

Each event is one line of the log: what happened, and to which account. Where no account is known it
is the index by which one would be found, so that tries of one address are seen together. Neither
an e-mail, a name nor an IP address is ever in such a line, nor what a client wrote.
"""

from __future__ import annotations

import logging
#: if not cookiecutter.observability
import sys
#: endif
from enum import StrEnum
#: if cookiecutter.observability
from typing import TYPE_CHECKING, Final
#: else
from typing import TYPE_CHECKING, Final, TextIO

from flask import has_request_context

from app.context import context
#: endif
#: if not cookiecutter.field_encryption and cookiecutter.observability

from app.models.keyed_hashes import hash_for
#: elif not cookiecutter.field_encryption
from app.models.keyed_hashes import hash_for
#: endif

if TYPE_CHECKING:
    from uuid import UUID

# What a line says beside the event.
FIELDS: Final = ("accountId", "accountIndex", "clientId")

logger = logging.getLogger(__name__)
# Whatever else is too much for somebody, these are not.
logger.setLevel(logging.INFO)


class Event(StrEnum):
    """Everything that is told; alerts are written against these names."""

    SIGNED_UP = "signed-up"
    SIGN_UP_REFUSED = "sign-up-refused"
    LOGIN_SUCCEEDED = "login-succeeded"
    LOGIN_FAILED = "login-failed"
    LOGIN_JAILED = "login-jailed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of an event.
    PASSWORD_REFUSED = "password-refused"  # noqa: S105 - as above.
    SESSION_ENDED = "session-ended"
    REFRESH_TOKEN_REUSED = "refresh-token-reused"  # noqa: S105 - as above.
    ACCOUNT_DELETED = "account-deleted"
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
    """Write the line of an event; *email_index* is what an account is found by, known or not."""
    #: if not cookiecutter.field_encryption
    # Without the key nobody can try addresses out.
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
    """Writes to what standard error is by then, as the standard library's last resort does."""

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
