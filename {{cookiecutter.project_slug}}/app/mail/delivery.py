"""Deliver a letter: the job of that kind.

It leaves once for each cause, bar one case that no sender can rule out: a server takes it, and dies
(or this worker does) before that is noted. Then it leaves again, as the very same message.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

import orjson

from app.database.documents import utc_now
from app.extensions import settings
from app.jobs.attempts import NeverError, NotNowError
from app.mail import smtp
from app.mail.messages import Letter, address_on_wire, compose

if TYPE_CHECKING:
    from app.jobs.attempts import Attempt

# Codes of letters that were not sent.
EXPIRED: Final = "letter-expired"
REFUSED: Final = "letter-refused"

logger = logging.getLogger(__name__)


def deliver(attempt: Attempt) -> int:
    """Send the letter of a job, and return its size.

    Raises NotNowError for another attempt, NeverError when there is none, LeaseLostError.
    """
    job = attempt.job
    if job.created_at + timedelta(seconds=settings.MAIL_EXPIRY_SECONDS) <= utc_now():
        raise NeverError(EXPIRED)
    letter = Letter(job.id, job.created_at, **orjson.loads(attempt.read_payload()))
    message = compose(letter)
    recipient = address_on_wire(letter.to)
    policy = SMTP if recipient.isascii() else SMTPUTF8
    sender = parseaddr(settings.MAIL_FROM)[1]
    envelope = smtp.Envelope(sender, recipient, message.as_bytes(policy=policy))
    # The lease is renewed before the content goes, and outlasts it: no other worker sends it, too.
    seconds = min(settings.MAIL_TIMEOUT_SECONDS, settings.JOB_LEASE_SECONDS)
    try:
        smtp.send(envelope, seconds, lambda: attempt.report(0, 1))
    except smtp.RefusedError as error:
        logger.warning("letter %s (%s): %s", job.id, letter.purpose, error)
        raise NeverError(REFUSED) from error
    except smtp.UnsentError as error:
        raise NotNowError(str(error)) from error
    return len(envelope.content)
