"""The languages in which accounts are written to."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import Final

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

# What comes behind is no preference that anybody set by hand.
_READ: Final = 256


class Language(StrEnum):
    """A language that there are letters in, as BCP 47 names it."""

    ENGLISH = "en"
    KOREAN = "ko"


def language_from(header: str) -> Language:
    """Return what an Accept-Language header likes best (RFC 9110 section 12.5.4), or English."""
    accepted = parse_accept_header(header[:_READ], LanguageAccept)
    return Language(accepted.best_match([*Language], default=Language.ENGLISH))


def read_language(stored: object) -> Language:
    """Return a stored language: English where there is none, or one of a newer release."""
    with suppress(ValueError):
        return Language(stored)
    return Language.ENGLISH
