"""Refuse by its form what cannot be a token of ours, before anything in it is trusted.

RFC 7515 has many ways for a token to bring its own key or rules (`jwk`, `jku`, `x5u`, `x5c`,
`crit`, `b64`). None is used here, so none is accepted: a header has exactly our members.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from jwt.utils import base64url_decode

from app.errors import UnauthorizedError

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TOKEN: Final = 4096

# Unpadded base64url, thrice (RFC 7515 section 7.1).
COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")

HEADER_NAMES: Final = frozenset(
    {
        "alg",
        "typ",
        #: if cookiecutter.jwt_algorithm != "HS256"
        "kid",
        #: endif
    }
)


def check_form(token: str) -> None:
    """Raise UnauthorizedError unless *token* is short, in compact form and free of duplicates."""
    # The length comes first, so that nothing below works on megabytes.
    match = COMPACT.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    if match is None:
        raise UnauthorizedError("not a token in compact form, or too long")
    try:
        for segment in match.groups():
            json.loads(base64url_decode(segment), object_pairs_hook=_refuse_duplicates)
    except (ValueError, RecursionError):
        raise UnauthorizedError("header or payload is no plain JSON object") from None


def check_header(header: Mapping[str, Any]) -> None:
    """Raise UnauthorizedError unless *header* has the names that are issued here, and no other."""
    if header.keys() != HEADER_NAMES or header["typ"] != "JWT":
        raise UnauthorizedError("the header is not one that is issued here")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        # RFC 7515 section 4, RFC 7519 section 4: two readers could use different values.
        raise ValueError("a name stands there twice")
    return members
