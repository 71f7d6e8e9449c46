"""How values are written in elements and read back, without loss.

Texts, numbers, true and false are written as they are, a carriage return as &#13;, since parsers
would drop it. Values that XML cannot express have an attribute:

- null is `<title xsi:nil="true"/>`, xsi being the prefix of XML Schema's own attributes;
- a text with a character that XML 1.0 forbids, such as most control characters, is
  `<title encoding="base64">AQ==</title>`, the base64 (RFC 4648 section 4) of its UTF-8.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from math import inf, isfinite
from typing import Any, Final

NAMESPACE: Final = "http://www.w3.org/2001/XMLSchema-instance"
NIL: Final = f' xmlns:xsi="{NAMESPACE}" xsi:nil="true"'
CODED: Final = ' encoding="base64"'

# A value that every schema refuses where it wants a text, a number or a boolean.
UNFIT: Final[dict[str, Any]] = {}

# XML 1.0 section 2.2.
_UNTELLABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_SPACE: Final = " \t\r\n"
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_TRUTHS: Final = {"true": True, "false": False}


def is_tellable(text: str) -> bool:
    """Tell whether XML can hold *text* as it is."""
    return _UNTELLABLE.search(text) is None


def escape(text: str) -> str:
    """Escape a text so that a parser gives back exactly the same characters."""
    return text.translate(_ESCAPES)


def encode(text: str) -> str:
    """Return any text in base64."""
    return b64encode(text.encode()).decode()


def decode(text: str) -> Any:
    """Return the text that base64 stands for, or UNFIT."""
    try:
        return b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return UNFIT


def read_value(text: str, kind: str) -> Any:
    """Return the value of a kind that *text* stands for, or UNFIT."""
    if kind == "string":
        return text
    bare = text.strip(_SPACE)
    if kind == "boolean":
        return _TRUTHS.get(bare, UNFIT)
    if kind == "integer":
        return int(bare) if _WHOLE.fullmatch(bare) else UNFIT
    value = float(bare) if _NUMBER.fullmatch(bare) else inf
    return value if isfinite(value) else UNFIT


def write_value(value: float) -> str:
    """Return a number or a boolean as in JSON."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def is_space(text: str) -> bool:
    """Tell whether *text* is only white space between elements."""
    return not text.strip(_SPACE)
