"""Check the addresses that traces and error reports are sent to."""

from __future__ import annotations

import re
from typing import Final

from config import urls

# Names as HTTP has them (RFC 9110 section 5.1), values as W3C Baggage has them: percent-encoded.
HEADERS: Final = re.compile(
    r"[\w!#$%&'*+.^`|~-]+=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+", re.ASCII
)


def check_url(url: str) -> str:
    """Refuse what is no plain address of a server: credentials belong in the headers."""
    parts = urls.split(url)
    if parts is None or parts.username or parts.query or parts.fragment:
        raise ValueError("must be a URL such as http://localhost:4318, without user or query")
    return url


def check_headers(text: str) -> str:
    """Refuse a text that is no list of headers."""
    if not all(HEADERS.fullmatch(each.strip()) for each in text.split(",")):
        raise ValueError("must list headers, each name=value, the value percent-encoded")
    return text


def check_dsn(dsn: str) -> str:
    """Refuse a DSN without key, server or project."""
    parts = urls.split(dsn)
    if parts is None or not parts.username or not parts.path.rpartition("/")[2].isdigit():
        raise ValueError("must be a DSN such as https://key@errors.example.org/1")
    return dsn
