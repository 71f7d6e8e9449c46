"""The languages in which accounts are written to."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import Any


class Language(StrEnum):
    """A language that there are letters in, as BCP 47 names it."""

    ENGLISH = "en"
    KOREAN = "ko"


def read_language(stored: Any) -> Language:
    """Return a stored language: English where there is none, or one of a newer release."""
    with suppress(ValueError):
        return Language(str(stored))
    return Language.ENGLISH
