"""The headers that keep a browser from doing more with an answer than it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

if TYPE_CHECKING:
    from flask import Response

# An API answer is data: nothing may be loaded, run or framed on its behalf.
PROBLEM_HEADERS: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
)

_POLICY = "Content-Security-Policy"

# RFC 6797 section 7.2: never over plain HTTP. Two years, as browsers' preload lists ask.
HSTS = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")


def protect(response: Response) -> None:
    """Add each header once; a page that brought a policy of its own keeps it."""
    headers = response.headers
    if _POLICY in headers:
        headers.extend(item for item in PROBLEM_HEADERS if item[0] not in headers)
    else:
        headers.extend(PROBLEM_HEADERS)
    if request.is_secure:
        headers[HSTS[0]] = HSTS[1]
