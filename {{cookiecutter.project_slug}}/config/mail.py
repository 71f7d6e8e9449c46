"""Settings of mail: the server that takes letters, who they are from, and where links lead."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field

from config.core import CoreSettings
from config.fields import SERVER, PositiveNumber

# Schemes and their ports: TLS from the first byte (RFC 8314 section 3.3), by STARTTLS, and none.
PORTS: Final = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


def check_mail_uri(uri: str) -> str:
    """Refuse what is no SMTP server, and credentials that are not percent-encoded."""
    try:
        parts = urlsplit(uri)
        is_known = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_known = False
    if not is_known or not uri.isprintable():
        schemes = ", ".join(f"{scheme}://" for scheme in PORTS)
        raise ValueError(f"must be the URI of a mail server, with one of {schemes} and a host")
    if parts.path.strip("/") or parts.query or parts.fragment or " " in uri:
        raise ValueError("must end after host and port; user and password are percent-encoded")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("must have a user and a password, or neither")
    login = unquote(f"{parts.username}{parts.password}")
    if not login.isprintable() or not login.isascii():
        raise ValueError("must have a user and a password of printable ASCII, all that SMTP takes")
    return uri


def check_mailbox(text: str) -> str:
    """Refuse what is no address, with or without a name in front of it."""
    name, address = parseaddr(text)
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        found = None
    is_whole = text.strip() == address or text.rstrip().endswith(f"<{address}>")
    is_line = f"{name}{text}".isprintable()
    if found is None or found.ascii_email is None or not (is_whole and is_line):
        raise ValueError("must be an address, as in My API <no-reply@example.org>")
    return text


def check_link_base(url: str) -> str:
    """Refuse what no path and no #token can be put after."""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web or "@" in parts.netloc or "?" in url or "#" in url:
        raise ValueError("must be a URL such as https://www.example.org/account, without # and ?")
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \"'<>\\"):
        raise ValueError("must be a URL without spaces and quotes")
    return url.rstrip("/")


MailURI = Annotated[str, AfterValidator(check_mail_uri), SERVER, Field(repr=False)]
Mailbox = Annotated[str, AfterValidator(check_mailbox)]
# The tokens of letters go there, from the reader's browser.
LinkBase = Annotated[str, AfterValidator(check_link_base), SERVER]


class MailSettings(CoreSettings):
    """How letters leave, and how many of them."""

    MAIL_URI: MailURI = Field(
        examples=["smtps://user:percent-encoded@mail.example.org"],
        description="Server that takes letters, with credentials: smtps://, smtp+starttls:// or, "
        "on this machine, smtp://.",
    )
    MAIL_FROM: Mailbox = Field(
        examples=["My API <no-reply@example.org>"], description="Whom letters are from."
    )
    MAIL_LINK_BASE: LinkBase = Field(
        examples=["https://www.example.org/account"],
        description="Page that the links of letters lead to; a path and #token follow.",
    )
    MAIL_TIMEOUT_SECONDS: PositiveNumber = Field(
        20, le=300, description="Time that the mail server has for one letter."
    )
    MAIL_EXPIRY_SECONDS: PositiveNumber = Field(
        86_400, le=604_800, description="Time within which a letter is sent or given up."
    )
    MAIL_LIMIT: PositiveNumber = Field(
        5,
        le=1000,
        description="Letters of one purpose that an account gets in an hour, of a reset while its "
        "link works.",
    )
