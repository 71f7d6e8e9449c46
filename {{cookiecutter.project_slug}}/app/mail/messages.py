"""Messages: what a letter looks like when it leaves, as text and as HTML.

The texts are templates, a pair for each purpose and language: <purpose>.<language>.txt, whose first
line is the subject, and <purpose>.<language>.html. A value that a template lacks is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from email_validator import EmailNotValidError, validate_email
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.accounts.languages import read_language
from app.extensions import settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

TEMPLATES: Final = Path(__file__).parent / "templates"
# A name has a line of its own, however long it is.
[SERVICE] = [
    "{{ cookiecutter.project_name | in_quotes }}",
]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known of a letter."""

    id: UUID
    written_at: datetime
    purpose: str
    to: str
    language: str
    values: Mapping[str, str]


def compose(letter: Letter) -> EmailMessage:
    """Return a letter as a message; the same letter is the same message each time.

    So a server that got it twice can tell by its Message-ID (RFC 5322 section 3.6.4).
    """
    language = read_language(letter.language)
    moment = f"{letter.written_at:%Y-%m-%d %H:%M} UTC"
    # A name in several lines would look like a text of ours.
    words = {name: " ".join(value.split()) for name, value in letter.values.items()}
    words |= {
        "service": SERVICE,
        "language": language,
        "moment": moment,
        "confirm_hours": str(settings.CONFIRM_TOKEN_SECONDS // 3600),
        "reset_minutes": str(settings.RESET_TOKEN_SECONDS // 60),
    }
    pair = f"{letter.purpose}.{language}"
    subject, _, text = _render(f"{pair}.txt", words).partition("\n")
    name, address = parseaddr(settings.MAIL_FROM)
    address = address_on_wire(address)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = Address(name, addr_spec=address)
    message["To"] = address_on_wire(letter.to)
    message["Date"] = letter.written_at
    message["Message-ID"] = f"<{letter.id}@{address.rpartition('@')[2]}>"
    # No machine answers what a machine sent (RFC 3834 section 5).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.lstrip("\n"), cte="quoted-printable")
    page = _render(f"{pair}.html", words)
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    message["Content-Language"] = language
    return message


def address_on_wire(to: str) -> str:
    """Return an address in ASCII where it can be written so, else as it is (RFC 6531)."""
    try:
        found = validate_email(to, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        # An earlier release of the library may have let it in: the server judges it.
        return to
    return found.ascii_email or found.normalized


def _render(name: str, words: Mapping[str, str]) -> str:
    return _environment().get_template(name).render(words)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
