"""What the client can read and what it sends (RFC 9110 section 12.5.1 and 15.5.16)."""

from __future__ import annotations

from functools import lru_cache

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from app.context import context
from app.errors import NotAcceptableError, UnsupportedMediaTypeError

_UNWANTED = 0.0
_NO_LENGTH = ("", "0")


def check_accept() -> None:
    """Refuse with 406 what the client says it cannot read. No Accept header means anything."""
    operation = context.operation
    header = request.headers.get("Accept", "").strip()
    if operation is None or not header:
        return
    if _quality_of(operation.media_type, header) <= _UNWANTED:
        raise NotAcceptableError


def check_content_type() -> None:
    """Refuse with 415 a body of another type than the operation reads, unread."""
    operation = context.operation
    if operation is None:
        return
    if operation.body is None:
        if _has_body():
            raise UnsupportedMediaTypeError("")
        return
    if not _is_json() or request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaTypeError("application/json")


@lru_cache(maxsize=256)
def _quality_of(media_type: str, header: str) -> float:
    """Return the quality that the header's most specific matching range gives *media_type*."""
    best = (-1, _UNWANTED)
    for value, quality in parse_accept_header(header, MIMEAccept):
        accepted, parameters = parse_options_header(value)
        if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            continue
        best = max(best, (_specificity(accepted.lower(), media_type), quality))
    specificity, quality = best
    return quality if specificity >= 0 else _UNWANTED


def _specificity(accepted: str, media_type: str) -> int:
    ranges = ("*/*", media_type.partition("/")[0] + "/*", media_type)
    return ranges.index(accepted) if accepted in ranges else -1


def _has_body() -> bool:
    environ = request.environ
    has_length = environ.get("CONTENT_LENGTH", "0") not in _NO_LENGTH
    return has_length or "HTTP_TRANSFER_ENCODING" in environ


def _is_json() -> bool:
    media_type, parameters = parse_options_header(request.headers.get("Content-Type"))
    charset = parameters.get("charset", "utf-8").lower()
    return media_type.lower() == "application/json" and charset in {"utf-8", "utf8"}
