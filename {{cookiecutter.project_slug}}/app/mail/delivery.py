"""Deliver a letter: the job of that kind.

It leaves once for each cause, bar one case that no sender can rule out: a server takes it, and dies
(or this worker does) before that is noted. Then it leaves again, as the very same message, and
JOB_MAX_ATTEMPTS times at most.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

import orjson

from app.database.documents import utc_now
#: if cookiecutter.field_encryption
from app.encryption import DecryptionError
#: endif
from app.extensions import settings
from app.jobs.attempts import NeverError, NotNowError, UncertainError
from app.mail import smtp
from app.mail.letters import Purpose, link_seconds
from app.mail.messages import Letter, address_on_wire, compose

if TYPE_CHECKING:
    from app.jobs.attempts import Attempt
    from app.jobs.models import Job

# Codes of letters that were not sent.
EXPIRED: Final = "letter-expired"
REFUSED: Final = "letter-refused"

logger = logging.getLogger(__name__)


def deliver(attempt: Attempt) -> int:
    """Send the letter of a job, and return its size.

    Raises NotNowError and UncertainError for another attempt, NeverError when there is none, and
    LeaseLostError.
    """
    job = attempt.job
    if _is_over(job, settings.MAIL_EXPIRY_SECONDS):
        raise NeverError(EXPIRED)
    letter = _read(attempt)
    lifetime = link_seconds(Purpose(letter.purpose))
    if lifetime is not None and _is_over(job, lifetime):
        # Its link opens nothing any more.
        raise NeverError(EXPIRED)
    message = compose(letter)
    recipient = address_on_wire(letter.to)
    policy = SMTP if recipient.isascii() else SMTPUTF8
    sender = address_on_wire(parseaddr(settings.MAIL_FROM)[1])
    envelope = smtp.Envelope(sender, recipient, message.as_bytes(policy=policy))
    # The lease is renewed before the content goes, and outlasts it: no other worker sends it, too.
    seconds = min(settings.MAIL_TIMEOUT_SECONDS, settings.JOB_LEASE_SECONDS)
    try:
        smtp.send(envelope, seconds, lambda: attempt.report(0, 1))
    except smtp.RefusedError as error:
        logger.warning("letter %s (%s): %s", job.id, letter.purpose, error)
        raise NeverError(REFUSED) from error
    except smtp.UncertainError as error:
        # Counted: its reader may have a copy for each.
        raise UncertainError(str(error)) from error
    except smtp.UnsentError as error:
        raise NotNowError(str(error)) from error
    return len(envelope.content)


def _is_over(job: Job, seconds: int) -> bool:
    return bool(job.created_at + timedelta(seconds=seconds) <= utc_now())


def _read(attempt: Attempt) -> Letter:
    """Return what is known of a letter; raises NotNowError for one of a newer release."""
    job = attempt.job
    #: if cookiecutter.field_encryption
    try:
        payload = attempt.read_payload()
    except DecryptionError as error:
        raise NotNowError("it is encrypted with a key that is not here") from error
    content = orjson.loads(payload)
    #: else
    content = orjson.loads(attempt.read_payload())
    #: endif
    if content["purpose"] not in set(Purpose):
        raise NotNowError("its purpose is not known here")
    return Letter(job.id, job.created_at, **content)
