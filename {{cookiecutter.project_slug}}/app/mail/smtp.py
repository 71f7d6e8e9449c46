"""Hand a message to the mail server, and say what came of it.

A reply of 2xx takes the message; 251 does, too (RFC 5321 section 4.2.3). One of 4xx is for now,
one of 5xx for good (section 4.2.1). A server that says nothing, or is not there, is asked again.
"""

from __future__ import annotations

import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from smtplib import SMTP, SMTP_SSL, SMTPDataError, SMTPException
from socket import SHUT_RDWR
from threading import Timer
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from app.extensions import settings
from config.mail import PORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OK: Final = range(200, 300)
FOR_GOOD: Final = range(500, 600)


class UnsentError(Exception):
    """Raised when the server did not take a message; another attempt may help. Names no address."""


class UncertainError(Exception):
    """Raised when nobody can tell whether the server has a message: it never said."""


class RefusedError(Exception):
    """Raised when the server has refused a message, or its recipient, for good."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a message is from and for, and its bytes."""

    sender: str
    recipient: str
    content: bytes


def send(envelope: Envelope, seconds: float, before_content: Callable[[], object]) -> None:
    """Hand over a message within *seconds*; raises UnsentError, UncertainError and RefusedError.

    *before_content* is called when all but the content is said. What it raises ends the attempt,
    and nothing was sent.
    """
    try:
        with _connect(seconds) as server:
            _hand_over(server, envelope, before_content)
    except (OSError, SMTPException, ValueError) as error:
        # ValueError: a reply that is none. The server's words may quote the address.
        raise UnsentError(type(error).__name__) from error


@contextmanager
def _connect(seconds: float) -> Iterator[SMTP]:
    """Connect, with TLS and a log-in where MAIL_URI says so."""
    parts = urlsplit(settings.MAIL_URI)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    is_tls = parts.scheme == "smtps"
    server = SMTP_SSL(timeout=seconds, context=context) if is_tls else SMTP(timeout=seconds)
    # Names the certificate that is wanted: connect() alone sets no name.
    server._host = host  # type: ignore[attr-defined]  # noqa: SLF001 - as smtplib's constructor does.
    with _ended_after(server, seconds):
        try:
            _check(server.connect(host, port))
            server.ehlo_or_helo_if_needed()
            if parts.scheme == "smtp+starttls":
                _check(server.starttls(context=context))
                server.ehlo_or_helo_if_needed()
            if parts.username is not None:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            yield server
        finally:
            server.close()


@contextmanager
def _ended_after(server: SMTP, seconds: float) -> Iterator[None]:
    """Close the connection after *seconds*: a timeout alone starts anew with each byte."""

    def end() -> None:
        if server.sock is not None:
            with suppress(OSError):
                server.sock.shutdown(SHUT_RDWR)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hand_over(server: SMTP, envelope: Envelope, before_content: Callable[[], object]) -> None:
    options = [] if envelope.recipient.isascii() else ["SMTPUTF8"]
    if options and not server.has_extn("smtputf8"):
        raise RefusedError("the server takes no addresses beyond ASCII")
    # A sender that is refused is a mistake of ours, which an operator can correct.
    _check(server.mail(envelope.sender, options))
    _check(server.rcpt(envelope.recipient), is_final=True)
    before_content()
    _check(_send_content(server, envelope.content), is_final=True)
    # It has the message now, whatever becomes of the farewell.
    with suppress(OSError, SMTPException):
        server.quit()


def _send_content(server: SMTP, content: bytes) -> tuple[int, bytes]:
    try:
        return server.data(content)
    except SMTPDataError as error:
        # It has asked for no content.
        return error.smtp_code, b""
    except (OSError, SMTPException, ValueError) as error:
        raise UncertainError(type(error).__name__) from error


def _check(reply: tuple[int, bytes], *, is_final: bool = False) -> None:
    code, _ = reply
    if code in OK:
        return
    if is_final and code in FOR_GOOD:
        raise RefusedError(f"the server said {code}")
    raise UnsentError(f"the server said {code}")
